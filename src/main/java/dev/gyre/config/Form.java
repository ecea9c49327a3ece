package dev.gyre.config;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/** What the value of a setting may be, with its range: readers check against it, the schema describes it. */
public sealed interface Form {

    /** In the words of JSON Schema, 2020-12. */
    JsonObject schema();

    /** For an error, after "expected: ". */
    String expected();

    /** The range where the schema cannot tell it; empty where it can, or where there is none. */
    default String range() {
        return "";
    }

    /**
     * This form, or of alternatives the one of this kind.
     *
     * @throws IllegalStateException when there is none: the reader and the table do not agree
     */
    default <F extends Form> F as(Class<F> kind) {
        if (kind.isInstance(this)) {
            return kind.cast(this);
        }
        throw new IllegalStateException("read as " + kind.getSimpleName() + " (expected: " + this + ")");
    }

    private static JsonObject orReference(JsonObject form) {
        return new JsonObject().put("anyOf", new JsonArray().add(form).add(reference("reference")));
    }

    private static JsonObject reference(String definition) {
        return new JsonObject().put("$ref", "#/$defs/" + definition);
    }

    /** A whole number. */
    record Whole(int min, int max) implements Form {

        @Override
        public JsonObject schema() {
            return orReference(new JsonObject().put("type", "integer").put("minimum", min)
                    .put("maximum", max));
        }

        @Override
        public String expected() {
            return min + ".." + max;
        }
    }

    /** A number that may have a fraction. */
    record Fraction(double min, double max) implements Form {

        @Override
        public JsonObject schema() {
            return orReference(new JsonObject().put("type", "number").put("minimum", number(min))
                    .put("maximum", number(max)));
        }

        @Override
        public String expected() {
            return number(min).toPlainString() + ".." + number(max).toPlainString();
        }

        private static BigDecimal number(double value) {
            BigDecimal exact = BigDecimal.valueOf(value).stripTrailingZeros();
            return exact.scale() < 0 ? exact.setScale(0) : exact;
        }
    }

    /** True or false. */
    record Flag() implements Form {

        @Override
        public JsonObject schema() {
            return orReference(new JsonObject().put("type", "boolean"));
        }

        @Override
        public String expected() {
            return "true or false";
        }
    }

    /**
     * Text that has something in it.
     *
     * @param pattern  of the whole text, a regular expression that means the same to Java and JSON Schema;
     *                 empty: any
     * @param expected for an error
     */
    record Text(Pattern pattern, String expected) implements Form {

        static Text any(String expected) {
            return new Text(Pattern.compile(""), expected);
        }

        boolean matches(String text) {
            return pattern.pattern().isEmpty() || pattern.matcher(text).matches();
        }

        @Override
        public JsonObject schema() {
            JsonObject schema = new JsonObject().put("type", "string");
            return pattern.pattern().isEmpty() ? schema.put("minLength", 1)
                    : schema.mergeIn(orReference(new JsonObject()
                            .put("pattern", "^(?:" + pattern.pattern() + ")$")));
        }
    }

    /** Text that no error ever shows, of visible ASCII characters. */
    record Secret() implements Form {

        @Override
        public JsonObject schema() {
            return new JsonObject().put("type", "string").put("minLength", 1);
        }

        @Override
        public String expected() {
            return "a text that is not empty";
        }

        @Override
        public String range() {
            return "Visible ASCII characters";
        }
    }

    /** A duration with a unit. */
    record Span(Duration min, Duration max) implements Form {

        @Override
        public JsonObject schema() {
            return reference("duration");
        }

        @Override
        public String expected() {
            return Durations.EXAMPLES;
        }

        @Override
        public String range() {
            return Durations.text(min) + ".." + Durations.text(max);
        }
    }

    /** A size with a unit, in bytes. */
    record Size(long min, long max) implements Form {

        @Override
        public JsonObject schema() {
            return reference("size");
        }

        @Override
        public String expected() {
            return Sizes.EXAMPLES;
        }

        @Override
        public String range() {
            return Sizes.text(min) + ".." + Sizes.text(max);
        }
    }

    /** One of a few words. */
    record Words(List<String> words) implements Form {

        public Words {
            words = List.copyOf(words);
        }

        @Override
        public JsonObject schema() {
            return orReference(new JsonObject().put("enum", new JsonArray(words)));
        }

        @Override
        public String expected() {
            return "one of " + String.join(", ", words);
        }
    }

    /**
     * An object with these keys and no other.
     *
     * @param exclusive of these keys at most one may have an object
     * @param need      a key that must be given, and with some values of another one may not
     */
    record Group(Map<String, Setting> settings, List<String> exclusive, Optional<Need> need)
            implements Form {

        /**
         * A key that must be given, or may not.
         *
         * @param unless  the key by whose value it may not
         * @param pattern that value begins like this
         */
        record Need(String key, String unless, String pattern) {

            JsonObject schema() {
                JsonObject value = new JsonObject().put("pattern", "^" + pattern);
                return new JsonObject()
                        .put("if", new JsonObject().put("required", new JsonArray().add(unless))
                                .put("properties", new JsonObject().put(unless, value)))
                        .put("then", new JsonObject().put("properties", new JsonObject().put(key, false)))
                        .put("else", new JsonObject().put("required", new JsonArray().add(key)));
            }
        }

        static Group of(Setting... settings) {
            Map<String, Setting> byKey = new LinkedHashMap<>();
            for (Setting setting : settings) {
                byKey.put(setting.key(), setting);
            }
            return new Group(byKey, List.of(), Optional.empty());
        }

        Group exclusive(String... keys) {
            return new Group(settings, List.of(keys), need);
        }

        /** This key must be given, and may not if the text of another one begins like the pattern. */
        Group needs(String key, String unless, String pattern) {
            return new Group(settings, exclusive, Optional.of(new Need(key, unless, pattern)));
        }

        @Override
        public JsonObject schema() {
            JsonObject properties = new JsonObject();
            settings.forEach((key, setting) -> properties.put(key, setting.schema()));
            JsonObject schema = new JsonObject().put("type", "object").put("additionalProperties", false)
                    .put("properties", properties);
            List<String> required = settings.values().stream().filter(Setting::required)
                    .map(Setting::key).toList();
            if (!required.isEmpty()) {
                schema.put("required", new JsonArray(required));
            }
            need.ifPresent(key -> schema.mergeIn(key.schema()));
            JsonObject objects = new JsonObject();
            exclusive.forEach(key -> objects.put(key, new JsonObject().put("type", "object")));
            return exclusive.isEmpty() ? schema : schema.put("not", new JsonObject()
                    .put("required", new JsonArray(exclusive)).put("properties", objects));
        }

        /**
         * Shows all settings below this object with their paths, such as {@code listeners[].port} and
         * {@code services.*.pool.maxQueue}.
         */
        public void visit(BiConsumer<String, Setting> visitor) {
            visit("", this, visitor);
        }

        private static void visit(String path, Form form, BiConsumer<String, Setting> visitor) {
            if (form instanceof Group group) {
                group.settings.forEach((key, setting) -> {
                    String inner = path.isEmpty() ? key : path + "." + key;
                    visitor.accept(inner, setting);
                    visit(inner, setting.form(), visitor);
                });
            } else if (form instanceof Items items) {
                visit(path + "[]", items.item(), visitor);
            } else if (form instanceof Named named) {
                visit(path + ".*", named.value(), visitor);
            } else if (form instanceof Either either) {
                either.forms().forEach(one -> visit(path, one, visitor));
            }
        }

        @Override
        public String expected() {
            return "an object";
        }

        /** Short: of what a table would hold, the keys. */
        @Override
        public String toString() {
            return "Group" + settings.keySet();
        }
    }

    /**
     * An object whose keys are names.
     *
     * @param names a regular expression, as in {@link Text}
     * @param each  describes one of them
     */
    record Named(String names, Form value, String each) implements Form {

        @Override
        public JsonObject schema() {
            return new JsonObject().put("type", "object").put("minProperties", 1)
                    .put("propertyNames", new JsonObject().put("pattern", "^" + names + "$"))
                    .put("additionalProperties", new JsonObject().put("description", each)
                            .mergeIn(value.schema()));
        }

        @Override
        public String expected() {
            return "an object";
        }
    }

    /** An object whose keys are none of Gyre's. */
    record Open() implements Form {

        @Override
        public JsonObject schema() {
            return new JsonObject().put("type", "object");
        }

        @Override
        public String expected() {
            return "an object";
        }

        @Override
        public <F extends Form> F as(Class<F> kind) {
            throw new IllegalStateException("the table does not say what stands there");
        }
    }

    /**
     * A list.
     *
     * @param least items
     * @param each  describes one of them
     */
    record Items(Form item, int least, String each) implements Form {

        @Override
        public JsonObject schema() {
            JsonObject schema = new JsonObject().put("type", "array");
            return (least == 0 ? schema : schema.put("minItems", least))
                    .put("items", new JsonObject().put("description", each).mergeIn(item.schema()));
        }

        @Override
        public String expected() {
            return "a list";
        }
    }

    /** One of several forms. */
    record Either(List<Form> forms) implements Form {

        static Either of(Form... forms) {
            return new Either(List.of(forms));
        }

        @Override
        public JsonObject schema() {
            List<Object> alternatives = new ArrayList<>();
            for (Form form : forms) {
                JsonObject schema = form.schema();
                boolean nested = schema.size() == 1 && schema.containsKey("anyOf");
                (nested ? schema.getJsonArray("anyOf").stream() : List.of((Object) schema).stream())
                        .filter(one -> !alternatives.contains(one)).forEach(alternatives::add);
            }
            return new JsonObject().put("anyOf", new JsonArray(alternatives));
        }

        @Override
        public String expected() {
            return String.join(" or ", forms.stream().map(Form::expected).toList());
        }

        @Override
        public String range() {
            return forms.stream().map(Form::range).filter(range -> !range.isEmpty()).findFirst().orElse("");
        }

        @Override
        public <F extends Form> F as(Class<F> kind) {
            return forms.stream().filter(kind::isInstance).map(kind::cast).findFirst()
                    .orElseThrow(() -> new IllegalStateException("read as " + kind.getSimpleName()
                            + " (expected: " + this + ")"));
        }
    }
}
