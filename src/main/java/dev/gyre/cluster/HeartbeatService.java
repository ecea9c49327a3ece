package dev.gyre.cluster;

import dev.gyre.cluster.ClusterPeers.Peer;
import dev.gyre.cluster.RefusedMessages.Reason;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Sends this node's heartbeats, receives those of the others, and starts a repair if their entries differ.
 */
final class HeartbeatService {

    private static final String HELLOS = "gyre.hellos.2";
    private static final String PURPOSE = "hello";
    private static final long EVERY_MILLIS = 1_000;
    /** How long changes may be under way before a repair starts. */
    private static final long PATIENCE_MILLIS = 300;
    private static final long SOON_MILLIS = 20;

    private final Vertx vertx;
    private final Supplier<Heartbeat> self;
    private final PeerAdmission admission;
    private final MessageAuthenticator authenticator;
    private final RefusedMessages rejections;
    private final Runnable repair;
    private volatile boolean stopped;
    private boolean sendScheduled;
    private boolean repairScheduled;

    /** @param repair called if others' entries still differ from this node's */
    HeartbeatService(Vertx vertx, Supplier<Heartbeat> self, PeerAdmission admission,
            MessageAuthenticator authenticator,
            RefusedMessages rejections,
            Runnable repair) {
        this.vertx = vertx;
        this.self = self;
        this.admission = admission;
        this.authenticator = authenticator;
        this.rejections = rejections;
        this.repair = repair;
    }

    Future<Void> start() {
        return vertx.eventBus().consumer(HELLOS, message -> heard(message.body()))
                .completion().onSuccess(v -> {
                    vertx.setPeriodic(EVERY_MILLIS, timer -> send());
                    send();
                });
    }

    /** Stops sending, before the bus is closed. */
    void stop() {
        stopped = true;
    }

    /** Sends the last heartbeat, so that the others need not wait for a timeout. */
    void farewell() {
        send(self.get().farewell());
        stop();
    }

    private void send() {
        if (!stopped) {
            send(self.get());
        }
    }

    private void send(Heartbeat heartbeat) {
        vertx.eventBus().publish(HELLOS, authenticator.sign(PURPOSE, heartbeat.toJson().encode()));
    }

    /** Sends a heartbeat soon, one for all changes of the moment. */
    synchronized void changed() {
        if (!sendScheduled) {
            sendScheduled = true;
            vertx.setTimer(SOON_MILLIS, timer -> {
                synchronized (this) {
                    sendScheduled = false;
                }
                send();
            });
        }
    }

    private void heard(Object sealed) {
        Optional<String> text = authenticator.verify(PURPOSE, sealed);
        if (text.isEmpty()) {
            admission.noteStranger(sealed);
            rejections.refuse(Reason.WRONG_SEAL, "a heartbeat");
            return;
        }
        read(text.get()).ifPresent(this::heard);
    }

    /** Otherwise the node has another version of Gyre. */
    private static Optional<Heartbeat> read(String text) {
        try {
            return Heartbeat.fromJson(new JsonObject(text));
        } catch (DecodeException e) {
            return Optional.empty();
        }
    }

    private void heard(Heartbeat heartbeat) {
        if (admission.isOwn(heartbeat)) {
            return;
        }
        MessageVerdict verdict = admission.heard(heartbeat);
        if (verdict == MessageVerdict.UNKNOWN) {
            // It is asked at once, so that it answers at once.
            changed();
        } else if (verdict == MessageVerdict.REPLAYED || verdict == MessageVerdict.LATE) {
            rejections.refuse(verdict, "a heartbeat of " + heartbeat.node().name());
            return;
        }
        if (admission.isAskedBy(heartbeat)) {
            changed();
        }
        if (verdict == MessageVerdict.TAKEN
                && !heartbeat.state().digest().equals(self.get().state().digest())) {
            scheduleRepair();
        }
    }

    private synchronized void scheduleRepair() {
        if (!repairScheduled) {
            repairScheduled = true;
            vertx.setTimer(PATIENCE_MILLIS, timer -> {
                synchronized (this) {
                    repairScheduled = false;
                }
                if (!stopped && differs()) {
                    repair.run();
                }
            });
        }
    }

    private boolean differs() {
        String mine = self.get().state().digest();
        return admission.peers().present().stream().map(Peer::heartbeat)
                .anyMatch(heartbeat -> !heartbeat.state().digest().equals(mine));
    }
}
