package dev.gyre.api;

import dev.gyre.config.JsonText;
import dev.gyre.registry.CommandRefused;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;

/** A command as text: one JSON object, each of its keys once. */
final class CommandText {

    private static final String EXPECTED = " (expected: {\"command\":\"backend.list\"} or the like)";

    private CommandText() {
    }

    static JsonObject parse(Buffer text) throws CommandRefused {
        if (text == null || text.length() == 0) {
            throw new CommandRefused(400, "the body is no JSON object: it is empty" + EXPECTED);
        }
        try {
            if (JsonText.strict(text.toString()) instanceof JsonObject command) {
                return command;
            }
        } catch (DecodeException e) {
            throw new CommandRefused(400, "the body is no JSON object" + JsonText.mistake(e) + EXPECTED);
        }
        throw new CommandRefused(400, "the body is no JSON object" + EXPECTED);
    }
}
