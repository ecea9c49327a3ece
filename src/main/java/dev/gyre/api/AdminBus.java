package dev.gyre.api;

import dev.gyre.registry.CommandRefused;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;

/**
 * Takes commands from the event bus: a JSON body in, a JSON reply out; a refusal is a reply failure with its
 * code.
 */
public final class AdminBus {

    public static final String ADDRESS = "gyre.admin";

    private final CommandHandler handler;
    private final MessageConsumer<Object> consumer;

    private AdminBus(Vertx vertx, CommandHandler handler) {
        this.handler = handler;
        this.consumer = vertx.eventBus().consumer(ADDRESS, this::take);
    }

    /** Completes when commands can be sent from anywhere on the bus. */
    public static Future<AdminBus> start(Vertx vertx, CommandHandler handler) {
        AdminBus bus = new AdminBus(vertx, handler);
        return bus.consumer.completion().map(bus);
    }

    private void take(Message<Object> message) {
        if (!(message.body() instanceof JsonObject command)) {
            message.fail(400,
                    "the body is no JSON object (expected: {\"command\":\"backend.list\"} or the like)");
            return;
        }
        handler.handle(command, "via bus").onComplete(message::reply,
                failure -> message.fail(((CommandRefused) failure).code(), failure.getMessage()));
    }

    public Future<Void> close() {
        return consumer.unregister();
    }
}
