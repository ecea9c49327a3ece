package dev.gyre.config;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** The JSON Schema of a config, made from the {@link SettingsTable}. */
public final class SettingsSchema {

    private SettingsSchema() { }

    /** The whole text of {@code conf/gyre.schema.json}. */
    public static String text() {
        JsonObject reference = new JsonObject().put("$ref", "#/$defs/reference");
        return new JsonObject()
                .put("$schema", "https://json-schema.org/draft/2020-12/schema")
                .put("title", "Gyre's config")
                .put("description", "Any text value may hold ${ENV_NAME} and ${file:PATH}; $${ stands for a"
                        + " plain ${.")
                .mergeIn(SettingsTable.config().schema())
                .put("$defs", new JsonObject()
                        .put("reference", new JsonObject()
                                .put("description", "Text that stands for a value elsewhere.")
                                .put("type", "string").put("pattern", "\\$\\{[^}]+\\}"))
                        .put("duration", withUnit("A number with a unit, in whole milliseconds.",
                                "^[0-9]{1,12}([.][0-9]{1,9})?(ms|s|m|h)$", reference))
                        .put("size", withUnit("A whole number with a unit of 1, 1024, 1024^2 or 1024^3"
                                + " bytes.", "^[0-9]{1,9}(B|KB|MB|GB)$", reference)))
                .encodePrettily() + "\n";
    }

    private static JsonObject withUnit(String description, String pattern, JsonObject reference) {
        return new JsonObject().put("description", description).put("anyOf", new JsonArray()
                .add(new JsonObject().put("type", "string").put("pattern", pattern)).add(reference));
    }
}
