package dev.gyre.cluster;

import dev.gyre.cluster.RefusedMessages.Reason;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntSupplier;

/**
 * Messages of one kind from each node to all others during one membership: signed, and each accepted once.
 * Others are counted as refused.
 */
public final class ClusterBus {

    private final Vertx vertx;
    private final MessageAuthenticator authenticator;
    private final RefusedMessages rejections;
    private final ClusterPeers peers;
    private final IntSupplier others;

    /**
     * Names one message.
     *
     * @param node    the sender's id
     * @param session of the sender
     * @param number  greater than the one before in that session
     */
    public record Name(String node, String session, long number) {
    }

    ClusterBus(Vertx vertx, MessageAuthenticator authenticator, RefusedMessages rejections,
            ClusterPeers peers,
            IntSupplier others) {
        this.vertx = vertx;
        this.authenticator = authenticator;
        this.rejections = rejections;
        this.peers = peers;
        this.others = others;
    }

    /** Number of other members that could be nodes. */
    public int others() {
        return others.getAsInt();
    }

    /** Runs once, on this bus, after so long. */
    public void after(long millis, Runnable task) {
        vertx.setTimer(millis, timer -> task.run());
    }

    public void publish(String address, String purpose, JsonObject message) {
        vertx.eventBus().publish(address, authenticator.sign(purpose, message.encode()));
    }

    /**
     * Completes when messages from all nodes reach this one.
     *
     * @param words the name of the messages, for the log
     * @param read  reads a message; empty if it is something else
     */
    public <T> Future<Void> listen(String address, String purpose, String words,
            Function<JsonObject, Optional<T>> read, Consumer<T> heard) {
        return vertx.eventBus().consumer(address, message -> {
            Optional<T> opened = authenticator.verify(purpose, message.body()).map(JsonObject::new)
                    .flatMap(read);
            opened.ifPresentOrElse(heard, () -> rejections.refuse(Reason.WRONG_SEAL, words));
        }).completion();
    }

    /** Whether a message counts: its session is alive, and no later message came before it. */
    public boolean take(String address, Name name, String words) {
        MessageVerdict verdict = peers.take(address, name.node(), name.session(), name.number());
        if (verdict != MessageVerdict.TAKEN) {
            rejections.refuse(verdict, words + " of " + name.node());
        }
        return verdict == MessageVerdict.TAKEN;
    }

    /** Counts an accepted message that turns out to be overtaken. */
    public void refuseLate(Name name, String words) {
        rejections.refuse(Reason.LATE, words + " of " + name.node());
    }
}
