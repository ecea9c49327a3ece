package dev.gyre.cluster;

import dev.gyre.cluster.RefusedMessages.Reason;
import dev.gyre.registry.CommandRefused;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.AsyncMap;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Takes commands from the cluster's event bus: a {@link SignedCommand} in, a JSON reply out; a refusal is a
 * reply failure with its code.
 */
final class CommandEndpoint {

    private static final String ADDRESS = "gyre.admin";
    /** Most difference between the clocks. */
    private static final Duration TOLERANCE = Duration.ofMinutes(10);
    /** How long a nonce is remembered. */
    static final Duration REMEMBERED = TOLERANCE.multipliedBy(2);

    private static final long NONCE_SECONDS = 5;
    private static final String REPEATED = "the command was sent before (expected: a new signature)";

    private final ClusterNode node;
    private final MessageAuthenticator authenticator;
    private final RefusedMessages rejections;
    private final InstantSource clock;
    private final AsyncMap<String, String> nonces;
    private final UsedNonces used;
    private final LatestAnnouncements announcements = new LatestAnnouncements();

    CommandEndpoint(ClusterNode node, MessageAuthenticator authenticator, RefusedMessages rejections,
            InstantSource clock,
                AsyncMap<String, String> nonces, UsedNonces used) {
        this.node = node;
        this.authenticator = authenticator;
        this.rejections = rejections;
        this.clock = clock;
        this.nonces = nonces;
        this.used = used;
    }

    Future<Void> open(Vertx vertx) {
        return vertx.eventBus().consumer(ADDRESS, this::take).completion();
    }

    private void take(Message<Object> message) {
        if (!(message.body() instanceof JsonObject signed)) {
            message.fail(400, "the body is no JSON object (expected: a signed command)");
            return;
        }
        Optional<JsonObject> command = SignedCommand.open(authenticator, signed);
        if (command.isEmpty()) {
            boolean unsigned = signed.getValue(SignedCommand.SIGNATURE) == null;
            refuse(message, unsigned ? Reason.UNSIGNED : Reason.WRONG_SEAL, unsigned
                    ? "the command has no signature (expected: one made with cluster.secret, as by"
                            + " SignedCommand)"
                    : "the command's signature was not made with this cluster's secret");
            return;
        }
        JsonObject signature = signed.getJsonObject(SignedCommand.SIGNATURE);
        Duration age = Duration.ofMillis(clock.millis() - signature.getLong(SignedCommand.AT)).abs();
        if (age.compareTo(TOLERANCE) > 0) {
            refuse(message, Reason.LATE, "the command was signed " + age.toMinutes()
                    + " minutes from this node's time (expected: at most " + TOLERANCE.toMinutes() + ")");
            return;
        }
        if (LatestAnnouncements.is(command.get())) {
            takeLatest(message, command.get(), signature.getLong(SignedCommand.AT));
        } else {
            takeOnce(message, command.get(), signature.getString(SignedCommand.NONCE));
        }
    }

    private void takeLatest(Message<Object> message, JsonObject announcement, long at) {
        if (announcements.take(announcement, at)) {
            carryOut(message, announcement);
        } else {
            refuse(message, Reason.REPLAYED, "this announcement, or a later one, was sent before"
                    + " (expected: a new signature)");
        }
    }

    private void takeOnce(Message<Object> message, JsonObject command, String nonce) {
        if (!used.use(nonce)) {
            refuse(message, Reason.REPLAYED, REPEATED);
            return;
        }
        // Shared, because the bus may deliver a repetition to any node.
        nonces.putIfAbsent(nonce, "", REMEMBERED.toMillis())
                .timeout(NONCE_SECONDS, TimeUnit.SECONDS)
                .onComplete(before -> {
                    if (before == null) {
                        carryOut(message, command);
                    } else {
                        refuse(message, Reason.REPLAYED, REPEATED);
                    }
                }, failure -> message.fail(503, "cannot check now whether the command is a repetition: "
                        + failure.getMessage()));
    }

    private void carryOut(Message<Object> message, JsonObject command) {
        node.command(command).onComplete(message::reply, failure -> message.fail(
                failure instanceof CommandRefused refused ? refused.code() : 500, failure.getMessage()));
    }

    private void refuse(Message<Object> message, Reason reason, String words) {
        rejections.refuse(reason, "a command");
        message.fail(401, words);
    }
}
