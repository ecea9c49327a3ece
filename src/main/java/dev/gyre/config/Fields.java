package dev.gyre.config;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The keys of one JSON object, asked for one by one. A key that was never asked for is unknown: {@link #done}
 * says so, which is why readers ask for every key they know, whatever else is wrong.
 */
final class Fields {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_$-]{1,80}");

    private final String path;
    private final JsonObject json;
    private final Findings findings;
    private final Set<String> known = new TreeSet<>();

    Fields(String path, JsonObject json, Findings findings) {
        this.path = path;
        this.json = json;
        this.findings = findings;
    }

    String path() {
        return path;
    }

    String path(String key) {
        if (key.length() > Value.SHOWN || !PLAIN.matcher(key).matches()) {
            return path + "[" + Value.describe(key) + "]";
        }
        return path.isEmpty() ? key : path + "." + key;
    }

    Findings findings() {
        return findings;
    }

    Set<String> names() {
        return json.fieldNames();
    }

    Optional<Value> value(String key) {
        known.add(key);
        return json.containsKey(key)
                ? Optional.of(new Value(path(key), json.getValue(key), findings))
                : Optional.empty();
    }

    int integer(String key, int min, int max, int fallback) {
        return value(key).map(value -> value.integer(min, max, fallback)).orElse(fallback);
    }

    double fraction(String key, double min, double max, double fallback) {
        return value(key).map(value -> value.fraction(min, max, fallback)).orElse(fallback);
    }

    boolean flag(String key, boolean fallback) {
        return value(key).map(value -> value.flag(fallback)).orElse(fallback);
    }

    String text(String key, String expected, String fallback) {
        return value(key).flatMap(value -> value.text(expected)).orElse(fallback);
    }

    Optional<String> secret(String key) {
        return value(key).flatMap(Value::secret);
    }

    Duration duration(String key, Duration min, Duration fallback) {
        return value(key).map(value -> value.duration(min, fallback)).orElse(fallback);
    }

    /** One without keys when absent. */
    Fields object(String key) {
        return value(key).flatMap(Value::object)
                .orElseGet(() -> new Fields(path(key), new JsonObject(), findings));
    }

    List<Value> items(String key) {
        return value(key).map(Value::items).orElse(List.of());
    }

    Optional<Value> required(String key, String expected) {
        Optional<Value> value = value(key);
        if (value.isEmpty()) {
            refuse(key, "missing", expected);
        }
        return value;
    }

    void refuse(String key, String found, String expected) {
        findings.add(ConfigError.of(path(key), found, expected));
    }

    /** Every key has been asked for: what is left is unknown. */
    void done() {
        for (String key : json.fieldNames()) {
            if (!known.contains(key)) {
                findings.addKey(() -> ConfigError.unknownKey(path(key), key, known));
            }
        }
    }
}
