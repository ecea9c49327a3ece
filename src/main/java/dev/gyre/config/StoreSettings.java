package dev.gyre.config;

import io.vertx.config.spi.ConfigStoreFactory;
import io.vertx.config.spi.utils.Processors;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;

/**
 * A further store of config, as listed under {@code stores}.
 *
 * @param optional if it cannot be read, its last content stays, or nothing
 * @param keys     the top-level keys it may give; empty: any
 */
record StoreSettings(String path, String type, String format, boolean optional, JsonObject config,
        Set<String> keys) {

    /** The keys a store may give: all of the config's but the ones that say where config comes from. */
    static final List<String> CONTRIBUTED = List.of("admin", "cluster", "data", "forwarding", "grace",
            "instances", "limits", "listeners", "node", "registry", "resolver", "routes", "services",
            "sticky", "warmUp", "zone");

    /** What a store of a type cannot do without. */
    private static final Map<String, List<String>> REQUIRED = Map.of(
            "directory", List.of("path", "filesets"), "env", List.of("keys"), "event-bus", List.of("address"),
            "file", List.of("path"), "http", List.of("host"), "sys", List.of("keys"));

    static List<StoreSettings> read(Fields top) {
        List<StoreSettings> stores = new ArrayList<>();
        for (Value item : top.items("stores")) {
            item.object().flatMap(StoreSettings::store).ifPresent(stores::add);
        }
        return stores;
    }

    private static Optional<StoreSettings> store(Fields fields) {
        Optional<String> type = fields.required("type", "one of " + String.join(", ", types()))
                .flatMap(value -> name(value, types()));
        Optional<String> format = fields.value("format").map(value -> name(value, formats()))
                .orElse(Optional.of("json"));
        boolean optional = fields.flag("optional");
        JsonObject config = fields.value("config").map(Value::json).orElse(new JsonObject());
        Fields inner = fields.object("config");
        for (String key : REQUIRED.getOrDefault(type.orElse(""), List.of())) {
            inner.required(key, "what a store of type \"" + type.orElse("") + "\" needs");
        }
        Set<String> keys = type.filter(Set.of("env", "sys")::contains).isPresent() ? keys(inner) : Set.of();
        fields.done();
        return type.isEmpty() || format.isEmpty() ? Optional.empty() : Optional.of(new StoreSettings(
                fields.path(), type.get(), format.get(), optional, config, keys));
    }

    /** Of an environment with a hundred names of all kinds, the config takes only what it lists. */
    private static Set<String> keys(Fields inner) {
        Set<String> keys = new TreeSet<>();
        for (Value item : inner.items("keys")) {
            name(item, CONTRIBUTED).ifPresent(keys::add);
        }
        return keys;
    }

    private static Optional<String> name(Value value, List<String> known) {
        Optional<String> name = value.text("one of " + String.join(", ", known));
        if (name.isPresent() && !known.contains(name.get())) {
            value.refuseNotOneOf(known);
            return Optional.empty();
        }
        return name;
    }

    private static List<String> types() {
        return ServiceLoader.load(ConfigStoreFactory.class, ConfigStoreFactory.class.getClassLoader())
                .stream().map(factory -> factory.get().name()).sorted().toList();
    }

    private static List<String> formats() {
        return Processors.getSupportedFormats().stream().sorted().toList();
    }

    /** Keeps of what the store gave only what it may give. */
    JsonObject restrict(JsonObject given) {
        if (keys.isEmpty()) {
            return given;
        }
        JsonObject kept = new JsonObject();
        keys.stream().filter(given::containsKey).forEach(key -> kept.put(key, given.getValue(key)));
        return kept;
    }
}
