package dev.gyre.cluster;

import dev.gyre.cluster.RefusedMessages.Reason;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.function.Consumer;

/** Messages from a node to all others. One may be lost, but all come from a node, and none arrives twice. */
final class HealthBroadcast {

    private static final String ADDRESS = "gyre.health.2";
    private static final String PURPOSE = "health";

    private final Vertx vertx;
    private final MessageAuthenticator authenticator;
    private final RefusedMessages rejections;
    private final ClusterPeers peers;
    private final Consumer<JsonObject> heard;

    /**
     * Names one message.
     *
     * @param session of its sender
     * @param number  greater than the one before in that session
     */
    record Sent(String from, String session, long number) {

        private static Sent fromJson(JsonObject json) {
            return new Sent(json.getString("from", ""), json.getString("session", ""),
                    json.getLong("number", 0L));
        }
    }

    HealthBroadcast(Vertx vertx, MessageAuthenticator authenticator, RefusedMessages rejections,
            ClusterPeers peers,
            Consumer<JsonObject> heard) {
        this.vertx = vertx;
        this.authenticator = authenticator;
        this.rejections = rejections;
        this.peers = peers;
        this.heard = heard;
    }

    /** Completes when messages of all nodes reach this one; its own are left out. */
    Future<Void> listen(String self) {
        return vertx.eventBus().consumer(ADDRESS, message -> hear(self, message.body())).completion();
    }

    void send(Sent name, JsonObject body) {
        vertx.eventBus()
                .publish(ADDRESS, authenticator.sign(PURPOSE, new JsonObject().put("from", name.from())
                .put("session", name.session()).put("number", name.number()).put("body", body).encode()));
    }

    private void hear(String self, Object sealed) {
        Optional<JsonObject> message = authenticator.verify(PURPOSE, sealed).map(JsonObject::new);
        if (message.isEmpty()) {
            rejections.refuse(Reason.WRONG_SEAL, "a health message");
            return;
        }
        Sent name = Sent.fromJson(message.get());
        if (name.from().equals(self)) {
            return;
        }
        MessageVerdict verdict = peers.take(ADDRESS, name.from(), name.session(), name.number());
        if (verdict == MessageVerdict.TAKEN) {
            heard.accept(message.get().getJsonObject("body", new JsonObject()));
        } else {
            rejections.refuse(verdict, "a health message of " + name.from());
        }
    }
}
