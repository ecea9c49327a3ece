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
import java.util.function.Function;

/** One JSON value and where it stands; read as the wrong type it notes a mistake and yields the fallback. */
final class Value {

    /** Characters of what was found that a mistake shows. */
    static final int SHOWN = 80;

    private final String path;
    private final Object raw;
    private final Form form;
    private final Findings findings;

    Value(String path, Object raw, Form form, Findings findings) {
        this.path = path;
        this.raw = raw;
        this.form = form;
        this.findings = findings;
    }

    /** What the table says stands there, for an error. */
    String expected() {
        return form.expected();
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

    int integer(int fallback) {
        Form.Whole range = form.as(Form.Whole.class);
        Object number = raw;
        // JSON text cannot be left out around ${PORT}, so here, and only here, text may be a number.
        if (raw instanceof String text && findings.isReplaced(path) && text.matches("\\d{1,9}")) {
            number = Integer.valueOf(text);
        }
        if (!(number instanceof Number)) {
            refuse("a number, " + range.expected());
            return fallback;
        }
        if (isBeyondDouble(number)) {
            refuse(range.expected());
            return fallback;
        }
        BigDecimal exact = new BigDecimal(number.toString());
        boolean whole = exact.stripTrailingZeros().scale() <= 0;
        if (!whole || exact.compareTo(BigDecimal.valueOf(range.min())) < 0
                || exact.compareTo(BigDecimal.valueOf(range.max())) > 0) {
            refuse(range.expected());
            return fallback;
        }
        return exact.intValueExact();
    }

    /** A fraction, as against {@link #integer}. */
    double fraction(double fallback) {
        Form.Fraction range = form.as(Form.Fraction.class);
        Object number = raw;
        if (raw instanceof String text && findings.isReplaced(path)
                && text.matches("\\d{1,9}(\\.\\d{1,9})?")) {
            number = new BigDecimal(text);
        }
        if (!(number instanceof Number found)) {
            refuse("a number, " + range.expected());
            return fallback;
        }
        if (!(found.doubleValue() >= range.min() && found.doubleValue() <= range.max())) {
            refuse(range.expected());
            return fallback;
        }
        return found.doubleValue();
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

    /** Empty, with a mistake noted, unless it is text of the form in the table. */
    Optional<String> text() {
        Form.Text wanted = form.as(Form.Text.class);
        Optional<String> text = text(wanted.expected());
        if (text.isPresent() && !wanted.matches(text.get())) {
            refuse(wanted.expected());
            return Optional.empty();
        }
        return text;
    }

    /** Empty, with a mistake noted, unless it is text that has something in it. */
    Optional<String> text(String expected) {
        if (raw instanceof String text && !text.isBlank()) {
            return Optional.of(text);
        }
        refuse(expected);
        return Optional.empty();
    }

    /**
     * Empty, with a mistake noted, unless it is one of the words that the table lists.
     *
     * @param of what a word stands for
     */
    <T> Optional<T> word(Function<String, Optional<T>> of) {
        return word(of, form.as(Form.Words.class).expected());
    }

    Optional<String> word() {
        return word(word -> Optional.of(word).filter(form.as(Form.Words.class).words()::contains));
    }

    <T> Optional<T> word(Function<String, Optional<T>> of, String expected) {
        Optional<String> word = text(expected);
        Optional<T> known = word.flatMap(of);
        if (word.isPresent() && known.isEmpty()) {
            refuseNotOneOf(form.as(Form.Words.class).words());
        }
        return known;
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

    /** The shortest where it is refused, for a caller that has no default. */
    Duration duration() {
        return duration(form.as(Form.Span.class).min());
    }

    Duration duration(Duration fallback) {
        Form.Span span = form.as(Form.Span.class);
        Optional<Duration> duration = raw instanceof String text ? Durations.parse(text) : Optional.empty();
        if (duration.isEmpty()) {
            refuse(span.expected());
            return fallback;
        }
        if (duration.get().compareTo(span.min()) < 0 || duration.get().compareTo(span.max()) > 0) {
            refuse(span.range());
            return fallback;
        }
        return duration.get();
    }

    /** A size with a unit. */
    long bytes(long fallback) {
        Form.Size range = form.as(Form.Size.class);
        OptionalLong size = raw instanceof String text ? Sizes.parse(text) : OptionalLong.empty();
        if (size.isEmpty()) {
            refuse(range.expected());
            return fallback;
        }
        if (size.getAsLong() < range.min() || size.getAsLong() > range.max()) {
            refuse(range.range());
            return fallback;
        }
        return size.getAsLong();
    }

    /** Empty, with a mistake noted, unless it is an object. */
    Optional<Fields> object() {
        if (raw instanceof JsonObject object) {
            return Optional.of(new Fields(path, object, container(form), findings));
        }
        refuse(kind(raw), "an object");
        return Optional.empty();
    }

    /** Of alternatives the one that is an object. */
    static Form container(Form form) {
        return form instanceof Form.Named || form instanceof Form.Open ? form : form.as(Form.Group.class);
    }

    /** None, with a mistake noted, unless it is a list. */
    List<Value> items() {
        Form item = form instanceof Form.Open ? form : form.as(Form.Items.class).item();
        List<Value> items = new ArrayList<>();
        if (raw instanceof JsonArray array) {
            for (int i = 0; i < array.size(); i++) {
                items.add(new Value(path + "[" + i + "]", array.getValue(i), item, findings));
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
