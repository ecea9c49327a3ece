package dev.gyre.cluster;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Waits for the other nodes before a new membership counts, so that a node that must not join changes none of
 * their entries.
 */
final class JoinCheck {

    private static final long LOOK_MILLIS = 50;
    /** Heartbeats arrive every second, and two make a node known. */
    private static final long PATIENCE_NANOS = Duration.ofSeconds(3).toNanos();
    /** Starts within this time count as simultaneous: then the session names decide. */
    static final long SAME_MILLIS = 2_000;

    private final Vertx vertx;
    private final Session session;
    private final Predicate<Heartbeat> older;
    private final String data;
    private final LongSupplier nanos;
    private final long begunNanos;

    /** @param older whether a twin started before this node */
    JoinCheck(Vertx vertx, Session session, Predicate<Heartbeat> older, String data, LongSupplier nanos) {
        this.vertx = vertx;
        this.session = session;
        this.older = older;
        this.data = data;
        this.nanos = nanos;
        this.begunNanos = nanos.getAsLong();
    }

    /** Completes when all nodes are known or the patience is over; fails with {@link JoinRefused}. */
    Future<Void> given() {
        Promise<Void> given = Promise.promise();
        look(given);
        return given.future();
    }

    private void look(Promise<Void> given) {
        Optional<Heartbeat> twin = session.admission().twin().filter(older);
        List<String> noteStranger = session.admission().otherSecrets();
        int met = session.admission().peers().present().size();
        boolean late = nanos.getAsLong() - begunNanos > PATIENCE_NANOS;
        if (twin.isPresent()) {
            given.fail(JoinRefused.twin(twin.get(), data));
        } else if (late && noteStranger.size() > met) {
            // More nodes differ than agree with this one: then this node is wrong.
            given.fail(JoinRefused.otherSecret(noteStranger));
        } else if (late || met >= session.membership().others()) {
            given.complete();
        } else {
            vertx.setTimer(LOOK_MILLIS, timer -> look(given));
        }
    }

    /** Of two running nodes with one id, whether the other started earlier, so that this one must stop. */
    static boolean isOlder(Heartbeat twin, Duration uptime, String session) {
        long older = twin.state().uptime() - uptime.toMillis();
        return Math.abs(older) > SAME_MILLIS ? older > 0 : session.compareTo(twin.node().session()) > 0;
    }
}
