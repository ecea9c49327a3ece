package dev.gyre.config;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** One JSON value and where it stands; read as the wrong type it notes a mistake and yields the fallback. */
final class Value {

    /** Characters of what was found that a mistake shows. */
    static final int SHOWN = 80;

    private final String path;
    private final Object raw;
    private final Findings findings;

    Value(String path, Object raw, Findings findings) {
        this.path = path;
        this.raw = raw;
        this.findings = findings;
    }

    String path() {
        return path;
    }

    /** Without a word about it when it is something else. */
    Optional<String> asText() {
        return raw instanceof String text ? Optional.of(text) : Optional.empty();
    }

    boolean is(Object other) {
        return other.equals(raw);
    }

    boolean isNumber() {
        return raw instanceof Number;
    }

    boolean isObject() {
        return raw instanceof JsonObject;
    }

    boolean isEmpty() {
        return raw instanceof JsonArray array && array.isEmpty()
                || raw instanceof JsonObject object && object.isEmpty();
    }

    int integer(int min, int max, int fallback) {
        Object number = raw;
        // JSON text cannot be left out around ${PORT}, so here, and only here, text may be a number.
        if (raw instanceof String text && findings.isReplaced(path) && text.matches("\\d{1,9}")) {
            number = Integer.valueOf(text);
        }
        if (!(number instanceof Number)) {
            refuse("a number, " + min + ".." + max);
            return fallback;
        }
        if (isBeyondDouble(number)) {
            refuse(min + ".." + max);
            return fallback;
        }
        BigDecimal exact = new BigDecimal(number.toString());
        boolean whole = exact.stripTrailingZeros().scale() <= 0;
        if (!whole || exact.compareTo(BigDecimal.valueOf(min)) < 0
                || exact.compareTo(BigDecimal.valueOf(max)) > 0) {
            refuse(min + ".." + max);
            return fallback;
        }
        return exact.intValueExact();
    }

    /** A fraction, as against {@link #integer}. */
    double fraction(double min, double max, double fallback) {
        Object number = raw;
        if (raw instanceof String text && findings.isReplaced(path)
                && text.matches("\\d{1,9}(\\.\\d{1,9})?")) {
            number = new BigDecimal(text);
        }
        String range = BigDecimal.valueOf(min).stripTrailingZeros().toPlainString() + ".."
                + BigDecimal.valueOf(max).stripTrailingZeros().toPlainString();
        if (!(number instanceof Number found)) {
            refuse("a number, " + range);
            return fallback;
        }
        if (!(found.doubleValue() >= min && found.doubleValue() <= max)) {
            refuse(range);
            return fallback;
        }
        return found.doubleValue();
    }

    /** In bytes, from none to the greatest. */
    int size(int max, int fallback) {
        OptionalLong size = raw instanceof String text ? Sizes.parse(text) : OptionalLong.empty();
        if (size.isEmpty()) {
            refuse(Sizes.EXAMPLES);
            return fallback;
        }
        if (size.getAsLong() > max) {
            refuse("0B.." + Sizes.text(max));
            return fallback;
        }
        return (int) size.getAsLong();
    }

    boolean flag(boolean fallback) {
        if (raw instanceof Boolean flag) {
            return flag;
        }
        if (findings.isReplaced(path) && ("true".equals(raw) || "false".equals(raw))) {
            return raw.equals("true");
        }
        refuse("true or false");
        return fallback;
    }

    /** Empty, with a mistake noted, unless it is text that has something in it. */
    Optional<String> text(String expected) {
        if (raw instanceof String text && !text.isBlank()) {
            return Optional.of(text);
        }
        refuse(expected);
        return Optional.empty();
    }

    /** Like {@link #text}, but no error ever shows what was found; no blank or control character in it. */
    Optional<String> secret() {
        if (!(raw instanceof String text)) {
            refuse(kind(raw), "text");
        } else if (text.isEmpty()) {
            refuse("empty", "a text that is not empty");
        } else if (!text.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
            refuse("has a blank, a control or a non-ASCII character", "visible ASCII characters only");
        } else {
            return Optional.of(text);
        }
        return Optional.empty();
    }

    Duration duration(Duration min, Duration fallback) {
        return duration(min, Durations.LONGEST, fallback);
    }

    Duration duration(Duration min, Duration max, Duration fallback) {
        Optional<Duration> duration = raw instanceof String text ? Durations.parse(text) : Optional.empty();
        if (duration.isEmpty()) {
            refuse(Durations.EXAMPLES);
            return fallback;
        }
        if (duration.get().compareTo(min) < 0 || duration.get().compareTo(max) > 0) {
            refuse(Durations.text(min) + ".." + Durations.text(max));
            return fallback;
        }
        return duration.get();
    }

    /** A size with a unit. */
    long bytes(long min, long max, long fallback) {
        OptionalLong size = raw instanceof String text ? Sizes.parse(text) : OptionalLong.empty();
        if (size.isEmpty()) {
            refuse(Sizes.EXAMPLES);
            return fallback;
        }
        if (size.getAsLong() < min || size.getAsLong() > max) {
            refuse(Sizes.text(min) + ".." + Sizes.text(max));
            return fallback;
        }
        return size.getAsLong();
    }

    /** Empty, with a mistake noted, unless it is an object. */
    Optional<Fields> object() {
        if (raw instanceof JsonObject object) {
            return Optional.of(new Fields(path, object, findings));
        }
        refuse(kind(raw), "an object");
        return Optional.empty();
    }

    /** None, with a mistake noted, unless it is a list. */
    List<Value> items() {
        List<Value> items = new ArrayList<>();
        if (raw instanceof JsonArray array) {
            for (int i = 0; i < array.size(); i++) {
                items.add(new Value(path + "[" + i + "]", array.getValue(i), findings));
            }
        } else {
            refuse(kind(raw), "a list");
        }
        return items;
    }

    /** As it stands, empty unless it is an object. */
    JsonObject json() {
        return raw instanceof JsonObject object ? object : new JsonObject();
    }

    void refuse(String expected) {
        refuse(describe(raw), expected);
    }

    void refuse(String found, String expected) {
        findings.add(ConfigError.of(path, found, expected));
    }

    void refuseNotOneOf(List<String> known) {
        findings.add(ConfigError.notOneOf(path, String.valueOf(raw), describe(raw), known));
    }

    /** On one line, however long or odd it is. */
    static String describe(Object raw) {
        if (raw instanceof String text) {
            return Json.encode(text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text);
        }
        if (isBeyondDouble(raw)) {
            return "a number too large for a double";
        }
        if (raw instanceof Number) {
            String digits = raw.toString();
            return digits.length() > SHOWN ? digits.substring(0, SHOWN) + "…" : digits;
        }
        return raw instanceof Boolean ? raw.toString() : kind(raw);
    }

    /** JSON text such as {@code 1e999}: the parser yields infinity for it. */
    private static boolean isBeyondDouble(Object raw) {
        return raw instanceof Double number && !Double.isFinite(number);
    }

    private static String kind(Object raw) {
        if (raw instanceof String) {
            return "text";
        }
        if (raw instanceof Number) {
            return "a number";
        }
        if (raw instanceof JsonObject) {
            return "an object";
        }
        return raw instanceof JsonArray ? "a list" : String.valueOf(raw);
    }
}
