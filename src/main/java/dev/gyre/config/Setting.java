package dev.gyre.config;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One row of the {@link SettingsTable}.
 *
 * @param key         within the object that holds it
 * @param description one or two sentences, without the range and the default
 * @param fallback    the JSON value that applies when the key is absent
 * @param absent      what applies then, in words, where no value says it; empty where {@code fallback} does
 * @param examples    for editors
 * @param earlier     the key that it had in an earlier version, which is refused
 */
public record Setting(String key, Form form, String description, Optional<Object> fallback, String absent,
        List<String> examples, Optional<String> earlier) {

    private static final String REQUIRED = "required";

    public Setting {
        examples = List.copyOf(examples);
    }

    static Setting of(String key, Form form, String description) {
        return new Setting(key, form, description, Optional.empty(), "", List.of(), Optional.empty());
    }

    static Setting whole(String key, int min, int max, String description) {
        return of(key, new Form.Whole(min, max), description);
    }

    static Setting fraction(String key, double min, double max, String description) {
        return of(key, new Form.Fraction(min, max), description);
    }

    static Setting flag(String key, String description) {
        return of(key, new Form.Flag(), description);
    }

    static Setting text(String key, String expected, String description) {
        return of(key, Form.Text.any(expected), description);
    }

    /** @param pattern see {@link Form.Text} */
    static Setting text(String key, String pattern, String expected, String description) {
        return of(key, new Form.Text(Pattern.compile(pattern), expected), description);
    }

    static Setting secret(String key, String description) {
        return of(key, new Form.Secret(), description);
    }

    /** From {@code min} to a day. */
    static Setting duration(String key, String min, String description) {
        return of(key, span(min), description);
    }

    static Form.Span span(String min) {
        return new Form.Span(Durations.parse(min).orElseThrow(), Durations.LONGEST);
    }

    static Setting size(String key, long min, long max, String description) {
        return of(key, new Form.Size(min, max), description);
    }

    static Setting words(String key, List<String> words, String description) {
        return of(key, new Form.Words(words), description);
    }

    /** An object; each of its keys has a default of its own, or is required in it. */
    static Setting group(String key, String description, Setting... settings) {
        return of(key, Form.Group.of(settings), description);
    }

    /** The default. */
    Setting or(Object value) {
        Object json = value instanceof Duration span ? Durations.text(span) : value;
        return new Setting(key, form, description, Optional.of(json), "", examples, earlier);
    }

    /** @param words what applies when the key is absent */
    Setting absent(String words) {
        return new Setting(key, form, description, Optional.empty(), words, examples, earlier);
    }

    Setting mustBeGiven() {
        return absent(REQUIRED);
    }

    Setting examples(String... texts) {
        return new Setting(key, form, description, fallback, absent, List.of(texts), earlier);
    }

    Setting renamedFrom(String formerKey) {
        return new Setting(key, form, description, fallback, absent, examples, Optional.of(formerKey));
    }

    /** The key must be given. */
    public boolean required() {
        return absent.equals(REQUIRED);
    }

    /** Description, range and default, as far as other keywords of the schema do not tell them. */
    JsonObject schema() {
        String text = description + (form.range().isEmpty() ? "" : " " + form.range() + ".")
                + (absent.isEmpty() || required() ? "" : " Default: " + absent + ".");
        JsonObject schema = new JsonObject().put("description", text).mergeIn(form.schema());
        if (!examples.isEmpty()) {
            schema.put("examples", new JsonArray(examples));
        }
        fallback.ifPresent(value -> schema.put("default", value));
        return schema;
    }
}
