package dev.gyre.cluster;

import dev.gyre.cluster.ClusterPeers.Peer;
import dev.gyre.cluster.RefusedMessages.Reason;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.function.Supplier;

/** Says who this node is and what it holds, hears the same of the others, and notices when they differ. */
final class HeartbeatService {

    private static final String HELLOS = "gyre.hellos.2";
    private static final String PURPOSE = "hello";
    private static final long EVERY_MILLIS = 1_000;
    /** News on their way are given so long to arrive before anybody reads the whole map for them. */
    private static final long PATIENCE_MILLIS = 300;
    private static final long SOON_MILLIS = 20;

    private final Vertx vertx;
    private final Supplier<Heartbeat> self;
    private final PeerAdmission meeting;
    private final MessageAuthenticator seal;
    private final RefusedMessages refusals;
    private final Runnable mend;
    private volatile boolean stopped;
    private boolean saying;
    private boolean doubting;

    /** @param mend called when others hold something else than this node, and go on to */
    HeartbeatService(Vertx vertx, Supplier<Heartbeat> self, PeerAdmission meeting, MessageAuthenticator seal,
            RefusedMessages refusals,
             Runnable mend) {
        this.vertx = vertx;
        this.self = self;
        this.meeting = meeting;
        this.seal = seal;
        this.refusals = refusals;
        this.mend = mend;
    }

    Future<Void> start() {
        return vertx.eventBus().consumer(HELLOS, message -> heard(message.body()))
                .completion().onSuccess(v -> {
                    vertx.setPeriodic(EVERY_MILLIS, timer -> say());
                    say();
                });
    }

    /** Says no more, before the bus is closed under it. */
    void stop() {
        stopped = true;
    }

    /** The last word, so that the others need not wait for this node's silence. */
    void farewell() {
        say(self.get().farewell());
        stop();
    }

    private void say() {
        if (!stopped) {
            say(self.get());
        }
    }

    private void say(Heartbeat hello) {
        vertx.eventBus().publish(HELLOS, seal.close(PURPOSE, hello.toJson().encode()));
    }

    /** The others are told within a moment, once for all changes of that moment. */
    synchronized void changed() {
        if (!saying) {
            saying = true;
            vertx.setTimer(SOON_MILLIS, timer -> {
                synchronized (this) {
                    saying = false;
                }
                say();
            });
        }
    }

    private void heard(Object sealed) {
        Optional<String> text = seal.open(PURPOSE, sealed);
        if (text.isEmpty()) {
            meeting.strange(sealed);
            refusals.refuse(Reason.WRONG_SEAL, "a hello");
            return;
        }
        read(text.get()).ifPresent(this::heard);
    }

    /** Of another version of Gyre than this one, if not. */
    private static Optional<Heartbeat> read(String text) {
        try {
            return Heartbeat.fromJson(new JsonObject(text));
        } catch (DecodeException e) {
            return Optional.empty();
        }
    }

    private void heard(Heartbeat hello) {
        if (meeting.isOwn(hello)) {
            return;
        }
        MessageVerdict verdict = meeting.heard(hello);
        if (verdict == MessageVerdict.UNKNOWN) {
            // It is asked at once, and so answers at once.
            changed();
        } else if (verdict == MessageVerdict.REPLAYED || verdict == MessageVerdict.LATE) {
            refusals.refuse(verdict, "a hello of " + hello.node().name());
            return;
        }
        if (meeting.isAskedBy(hello)) {
            changed();
        }
        if (verdict == MessageVerdict.TAKEN && !hello.state().digest().equals(self.get().state().digest())) {
            doubt();
        }
    }

    private synchronized void doubt() {
        if (!doubting) {
            doubting = true;
            vertx.setTimer(PATIENCE_MILLIS, timer -> {
                synchronized (this) {
                    doubting = false;
                }
                if (!stopped && differs()) {
                    mend.run();
                }
            });
        }
    }

    private boolean differs() {
        String mine = self.get().state().digest();
        return meeting.peers().present().stream().map(Peer::hello)
                .anyMatch(hello -> !hello.state().digest().equals(mine));
    }
}
