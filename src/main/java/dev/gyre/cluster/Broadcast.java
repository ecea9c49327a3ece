package dev.gyre.cluster;

import dev.gyre.cluster.Refusals.Reason;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Messages from a node to all others. One may be lost, but none is heard that is not a node's, or twice. */
final class Broadcast {

    private static final String ADDRESS = "gyre.health";
    private static final String PURPOSE = "health";

    private final Vertx vertx;
    private final Seal seal;
    private final Refusals refusals;
    private final Consumer<JsonObject> heard;
    private final Map<String, Sent> latest = new ConcurrentHashMap<>();

    /**
     * Names one message.
     *
     * @param boot   one run of its sender's process; later runs have greater ones
     * @param number greater than that of the one before in that run
     */
    record Sent(String from, long boot, long number) {

        private static Sent fromJson(JsonObject json) {
            return new Sent(json.getString("from", ""), json.getLong("boot", 0L), json.getLong("number", 0L));
        }

        private boolean follows(Sent earlier) {
            return boot > earlier.boot || boot == earlier.boot && number > earlier.number;
        }
    }

    Broadcast(Vertx vertx, Seal seal, Refusals refusals, Consumer<JsonObject> heard) {
        this.vertx = vertx;
        this.seal = seal;
        this.refusals = refusals;
        this.heard = heard;
    }

    /** Completes when messages of all nodes reach this one; its own are left out. */
    Future<Void> listen(String self) {
        return vertx.eventBus().consumer(ADDRESS, message -> hear(self, message.body())).completion();
    }

    void tell(Sent name, JsonObject body) {
        vertx.eventBus().publish(ADDRESS, seal.close(PURPOSE, new JsonObject().put("from", name.from())
                .put("boot", name.boot()).put("number", name.number()).put("body", body).encode()));
    }

    private void hear(String self, Object sealed) {
        Optional<JsonObject> message = seal.open(PURPOSE, sealed).map(JsonObject::new);
        if (message.isEmpty()) {
            refusals.refuse(Reason.WRONG_SEAL, "a word on health");
            return;
        }
        Sent name = Sent.fromJson(message.get());
        if (name.from().equals(self)) {
            return;
        }
        Sent after = latest.merge(name.from(), name, (before, now) -> now.follows(before) ? now : before);
        if (after == name) {
            heard.accept(message.get().getJsonObject("body", new JsonObject()));
        } else {
            refusals.refuse(Reason.REPLAYED, "a word on health of " + name.from());
        }
    }
}
