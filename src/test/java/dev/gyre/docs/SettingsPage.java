package dev.gyre.docs;

import static dev.gyre.docs.Markdown.code;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** {@code conf/README.md}: each setting of the schema with type, default and meaning. */
final class SettingsPage {

    /** Types that a table needs no more than a word for. */
    private static final Map<String, String> NAMED = Map.of("#/$defs/duration", "duration",
            "#/$defs/size", "size");
    /** Objects with a table of their own. */
    private static final Set<String> LARGE = Set.of("services", "routes", "admin", "cluster", "forwarding",
            "resolver", "limits");
    private static final String REFERENCE = "#/$defs/reference";

    /** How a description ends where the default is no value. */
    private static final Pattern DEFAULT = Pattern.compile(" Default: ([^.]*(?:\\.\\w[^.]*)*)\\.$");

    private final JsonObject schema;
    private final StringBuilder text = new StringBuilder();
    private final Map<String, List<String>> sections = new LinkedHashMap<>();

    private SettingsPage(JsonObject schema) {
        this.schema = schema;
    }

    static String text() {
        return new SettingsPage(new JsonObject(Markdown.text(Path.of("conf", "gyre.schema.json")))).page();
    }

    private String page() {
        properties(schema, "");
        text.append("# Settings\n\n").append(Markdown.note("`conf/gyre.schema.json`")).append("""
                [Configuration](../src/docs/configuration.md) says how a config is written and which changes need a
                restart. A *duration* is text such as `200ms`, `1s`, `5m`; a *size* is text such as `64KB`. Where a
                number or a word is expected, text with `${NAME}` or `${file:PATH}` may stand. `NAME` in a path is
                any name, `[]` is each element of a list.

                """);
        sections.forEach((name, rows) -> {
            text.append("## ").append(name).append("\n\n")
                    .append(Markdown.head("setting", "type", "default", "meaning"));
            rows.forEach(text::append);
            text.append('\n');
        });
        return text.toString().stripTrailing() + "\n";
    }

    private void properties(JsonObject holder, String path) {
        JsonArray required = holder.getJsonArray("required", new JsonArray());
        holder.getJsonObject("properties", new JsonObject()).forEach(property ->
                setting((JsonObject) property.getValue(),
                        path.isEmpty() ? property.getKey() : path + "." + property.getKey(),
                        required.contains(property.getKey()) ? "required" : ""));
        if (holder.getValue("additionalProperties") instanceof JsonObject any) {
            setting(any, path + ".NAME", "");
        }
        if (holder.getValue("items") instanceof JsonObject item) {
            List<JsonObject> forms = forms(item);
            if (forms.stream().anyMatch(form -> form.containsKey("properties"))) {
                forms.forEach(form -> properties(form, path + "[]"));
            }
        }
    }

    private void setting(JsonObject written, String path, String otherwise) {
        JsonObject setting = resolved(written);
        List<JsonObject> forms = forms(setting);
        Matcher told = DEFAULT.matcher(setting.getString("description", ""));
        String fallback = setting.containsKey("default") ? code(shown(setting.getValue("default")))
                : told.find() ? told.group(1) : otherwise;
        boolean group = "object".equals(setting.getString("type")) && setting.containsKey("properties")
                && fallback.isEmpty();
        sections.computeIfAbsent(section(path), key -> new ArrayList<>()).add(Markdown.row(
                group ? "**" + code(path) + "**" : code(path), group ? "" : forms.stream().map(this::type)
                        .filter(type -> !type.isEmpty()).distinct().collect(Collectors.joining(" or ")),
                fallback, told.replaceFirst("")));
        forms.forEach(form -> properties(form, path));
    }

    private static String section(String path) {
        String top = path.split("[.\\[]")[0];
        return path.contains(".") && LARGE.contains(top) ? top : "The file";
    }

    private JsonObject resolved(JsonObject written) {
        String ref = written.getString("$ref");
        if (ref == null || NAMED.containsKey(ref) || ref.equals(REFERENCE)) {
            return written;
        }
        JsonObject target = schema.getJsonObject("$defs").getJsonObject(ref.substring("#/$defs/".length()));
        JsonObject merged = target.copy().mergeIn(written);
        merged.remove("$ref");
        return merged;
    }

    /** A setting with alternatives is each of these. */
    private List<JsonObject> forms(JsonObject written) {
        JsonObject setting = resolved(written);
        List<JsonObject> forms = new ArrayList<>();
        if (setting.containsKey("type")) {
            return List.of(setting);
        }
        for (String key : List.of("anyOf", "oneOf")) {
            setting.getJsonArray(key, new JsonArray()).forEach(form -> {
                JsonObject one = resolved((JsonObject) form);
                if (one.containsKey("type") || one.containsKey("$ref") || one.containsKey("const")
                        || one.containsKey("enum") || one.containsKey("anyOf") || one.containsKey("oneOf")) {
                    forms.addAll(forms(one));
                }
            });
        }
        return forms.isEmpty() ? List.of(setting) : forms;
    }

    private String type(JsonObject form) {
        String ref = form.getString("$ref", "");
        if (ref.equals(REFERENCE)) {
            return "";
        }
        if (NAMED.containsKey(ref)) {
            return NAMED.get(ref);
        }
        if (form.containsKey("const")) {
            return code(shown(form.getValue("const")));
        }
        if (form.containsKey("enum")) {
            return form.getJsonArray("enum").stream().map(word -> code(shown(word)))
                    .collect(Collectors.joining(", "));
        }
        return switch (form.getString("type", "")) {
            case "integer", "number" -> "number" + range(form);
            case "boolean" -> "`true`, `false`";
            case "array" -> "list" + (form.getValue("items") instanceof JsonObject item ? of(item) : "");
            case "object" -> "object";
            default -> "text";
        };
    }

    private String of(JsonObject item) {
        Set<String> types = new TreeSet<>();
        forms(item).forEach(form -> types.add(type(form)));
        types.remove("");
        return " of " + String.join(" or ", types);
    }

    private static String range(JsonObject form) {
        Object least = form.getValue("minimum", form.getValue("exclusiveMinimum"));
        Object most = form.getValue("maximum", form.getValue("exclusiveMaximum"));
        return least == null && most == null ? ""
                : " " + (least == null ? "" : least) + ".." + (most == null ? "" : most);
    }

    private static String shown(Object value) {
        return value instanceof String text ? text : Json.encode(value);
    }
}
