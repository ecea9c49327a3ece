package dev.gyre.kit;

import io.vertx.core.json.JsonObject;
import java.util.List;

/** Commands for service "web", as JSON. */
public final class Command {

    public static final JsonObject LIST =
            new JsonObject().put("command", "backend.list").put("service", "web");

    private Command() {
    }

    /** E.g. {@code backend("drain", url, "wait", true)}. */
    public static JsonObject backend(String verb, String url, Object... more) {
        JsonObject command = new JsonObject().put("command", "backend." + verb).put("service", "web")
                .put("url", url);
        for (int i = 0; i < more.length; i += 2) {
            command.put((String) more[i], more[i + 1]);
        }
        return command;
    }

    /** The rows of a reply to {@link #LIST}. */
    public static List<JsonObject> rows(JsonObject reply) {
        return reply.getJsonArray("backends").stream().map(JsonObject.class::cast).toList();
    }
}
