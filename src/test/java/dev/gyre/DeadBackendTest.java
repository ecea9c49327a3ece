package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.BackendProcess;
import dev.gyre.kit.Command;
import dev.gyre.kit.Fault;
import dev.gyre.kit.FaultyBackend;
import dev.gyre.kit.Load;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A backend may die or hang at any moment under load; no client is to notice where a retry is allowed. */
class DeadBackendTest {

    private static final int USERS = 16;
    private static final int PER_SECOND = 200;
    /** Enough that those who wait at the one that hangs are not missed. */
    private static final int MANY = 700;
    private static final int MANY_PER_SECOND = 2_000;
    private static final Duration SECOND = Duration.ofSeconds(1);

    private interface Step {
        void run() throws Exception;
    }

    /**
     * Three backends that stay well, and one to which this happens in the middle of the load.
     *
     * @param within after it has happened, nobody is sent there any more and all go as fast as before
     */
    private static void nobodyFails(BackendProcess victim, Step happens, Duration within) throws Exception {
        try (FaultyBackend a = new FaultyBackend("a"); FaultyBackend b = new FaultyBackend("b");
             FaultyBackend c = new FaultyBackend("c");
             GyreNode node = GyreNode.before(new JsonObject(), new JsonObject(),
                     a.url(), b.url(), c.url(), victim.url());
             Load load = Load.of(node.port(), MANY, MANY_PER_SECOND)) {
            Await.until("the load runs", () -> load.answered() > 2 * MANY_PER_SECOND);
            long then = System.nanoTime();
            Await.until("for longer", () -> load.answered() > 4 * MANY_PER_SECOND);
            long now = System.nanoTime();
            happens.run();
            Await.pass(within);
            nobodyWaitsAtTheVictim(node);
            double[] before = load.millis(then, now);
            double usual = p99(before);
            double perSecond = (double) before.length * SECOND.toNanos() / (now - then);
            // Of a machine that does something else as well one second tells little.
            Await.until(() -> "as fast as before: p99 " + usual + " ms", () -> {
                long from = System.nanoTime();
                // And a second for the answers to what is sent in the first.
                Await.pass(SECOND.multipliedBy(2));
                double[] again = load.millis(from, from + SECOND.toNanos());
                return again.length > perSecond / 2 && p99(again) < 3 * usual + 20;
            });
            nobodyWaitsAtTheVictim(node);
            load.stop();
            assertThat(load.failures()).isEmpty();
            assertThat(node.metric("retries_total")).as("for the test to mean anything").isPositive();
            // It is found to stand still after a second, and those who wait look twice a second.
            assertThat(load.slowestMillis()).as("far below the time to the first byte").isLessThan(20_000);
        }
    }

    private static void nobodyWaitsAtTheVictim(GyreNode node) throws Exception {
        Await.until("nobody waits there", () -> Command.rows(node.command(Command.LIST))
                .get(3).getLong("inFlight") == 0);
    }

    private static double p99(double[] sorted) {
        return sorted[sorted.length * 99 / 100];
    }

    @Test
    void oneOfFourIsKilled() throws Exception {
        try (BackendProcess victim = BackendProcess.start()) {
            nobodyFails(victim, victim::kill, SECOND);
        }
    }

    /** With nothing set: a request has thirty seconds for the first byte of its answer. */
    @Test
    void oneOfFourHangs() throws Exception {
        try (BackendProcess victim = BackendProcess.start()) {
            nobodyFails(victim, victim::freeze, SECOND.multipliedBy(3));
        }
    }

    @Test
    void allAreDeadAndComeBack() throws Exception {
        try (FaultyBackend a = new FaultyBackend("a"); FaultyBackend b = new FaultyBackend("b");
             GyreNode node = GyreNode.before(new JsonObject(), new JsonObject(), a.url(), b.url());
             Load load = Load.of(node.port(), USERS, PER_SECOND)) {
            Await.until("the load runs", () -> load.answered() > PER_SECOND / 2);
            a.begin(new Fault.Reset());
            b.begin(new Fault.Reset());
            Await.until("the budget is spent", () -> node.metric("retries_refused_total") > 0);
            long begun = System.nanoTime();
            // Looked at before and after, as some may come between two looks.
            int seenBefore = a.requests() + b.requests();
            long asked = asked(load);
            int seen = a.requests() + b.requests();
            Await.until("many are asked", () -> asked(load) > asked + 1_000);
            int seenByThen = a.requests() + b.requests();
            long more = asked(load) - asked;
            int seenInTheEnd = a.requests() + b.requests();
            double seconds = (System.nanoTime() - begun) / 1e9;
            assertThat(seenInTheEnd - seenBefore).as("requests seen, of %d asked", more)
                    .isGreaterThanOrEqualTo((int) (more * 1.1));
            // A request that is just being tried has not been counted as asked.
            assertThat(seenByThen - seen).as("requests seen, of %d asked", more)
                    .isLessThanOrEqualTo((int) (more * 1.2 + 3 * seconds + 2 * USERS));
            a.recover();
            b.recover();
            long failed = failed(load);
            Await.until(() -> "it is back: " + load.failures(), () -> {
                long good = load.answered();
                long bad = failed(load);
                Await.until("some more are answered", () -> asked(load) > good + bad + 50);
                return failed(load) == bad;
            });
            assertThat(failed(load) - failed).as("failed while it came back").isLessThan(2 * USERS);
            load.stop();
        }
    }

    private static long asked(Load load) {
        return load.answered() + failed(load);
    }

    private static long failed(Load load) {
        return load.failures().values().stream().mapToInt(Integer::intValue).sum();
    }
}
