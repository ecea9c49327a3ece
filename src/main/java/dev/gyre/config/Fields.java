package dev.gyre.config;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The keys of one JSON object, asked for one by one. A key that was never asked for is unknown: {@link #done}
 * says so, which is why readers ask for every key they know, whatever else is wrong.
 */
final class Fields {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_$-]{1,80}");

    private final String path;
    private final JsonObject json;
    private final Form form;
    private final Findings findings;
    private final Set<String> known = new TreeSet<>();

    /** @param form of an object: {@link Form.Group}, {@link Form.Named} or {@link Form.Open} */
    Fields(String path, JsonObject json, Form form, Findings findings) {
        this.path = path;
        this.json = json;
        this.form = form;
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
                ? Optional.of(new Value(path(key), json.getValue(key), form(key), findings))
                : Optional.empty();
    }

    private Form form(String key) {
        if (form instanceof Form.Named named) {
            return named.value();
        }
        return form instanceof Form.Open ? form : setting(key).form();
    }

    private Setting setting(String key) {
        return Optional.ofNullable(form.as(Form.Group.class).settings().get(key)).orElseThrow(() ->
                new IllegalStateException("the table of settings lacks \"" + key + "\" in " + form));
    }

    int integer(String key, int fallback) {
        return value(key).map(value -> value.integer(fallback)).orElse(fallback);
    }

    /** With the default of the table, as all below without a fallback. */
    int integer(String key) {
        return integer(key, byDefault(key, Integer.class));
    }

    OptionalInt optionalInteger(String key) {
        return value(key).map(value -> OptionalInt.of(value.integer(1))).orElse(OptionalInt.empty());
    }

    double fraction(String key, double fallback) {
        return value(key).map(value -> value.fraction(fallback)).orElse(fallback);
    }

    boolean flag(String key, boolean fallback) {
        return value(key).map(value -> value.flag(fallback)).orElse(fallback);
    }

    boolean flag(String key) {
        return flag(key, byDefault(key, Boolean.class));
    }

    Optional<String> text(String key) {
        return value(key).flatMap(Value::text);
    }

    String textOrDefault(String key) {
        return text(key).orElseGet(() -> byDefault(key, String.class));
    }

    <T> Optional<T> word(String key, Function<String, Optional<T>> of) {
        return value(key).flatMap(value -> value.word(of));
    }

    Optional<String> secret(String key) {
        return value(key).flatMap(Value::secret);
    }

    Duration duration(String key, Duration fallback) {
        return value(key).map(value -> value.duration(fallback)).orElse(fallback);
    }

    Duration duration(String key) {
        return duration(key, Durations.parse(byDefault(key, String.class)).orElseThrow());
    }

    Optional<Duration> optionalDuration(String key) {
        return value(key).map(Value::duration);
    }

    OptionalLong optionalBytes(String key) {
        return value(key).map(value -> OptionalLong.of(value.bytes(0))).orElse(OptionalLong.empty());
    }

    long bytes(String key, long fallback) {
        return value(key).map(value -> value.bytes(fallback)).orElse(fallback);
    }

    /** One without keys when absent. */
    Fields object(String key) {
        return value(key).flatMap(Value::object).orElseGet(() -> new Fields(path(key), new JsonObject(),
                Value.container(form(key)), findings));
    }

    List<Value> items(String key) {
        return value(key).map(Value::items).orElse(List.of());
    }

    Optional<Value> required(String key) {
        return required(key, expected(key));
    }

    Optional<Value> required(String key, String expected) {
        Optional<Value> value = value(key);
        if (value.isEmpty()) {
            refuse(key, "missing", expected);
        }
        return value;
    }

    /** What the table says stands there, for an error. */
    String expected(String key) {
        return form(key).expected();
    }

    /** What the table says applies when the key is absent. */
    <T> T byDefault(String key, Class<T> type) {
        return setting(key).fallback().map(type::cast).orElseThrow(() -> new IllegalStateException(
                "the table of settings has no default for \"" + key + "\" in " + form));
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
