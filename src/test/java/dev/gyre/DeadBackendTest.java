package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.BackendProcess;
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

    private interface Step {
        void run() throws Exception;
    }

    /** Three backends that stay well, and one to which this happens in the middle of the load. */
    private static void nobodyNotices(BackendProcess victim, JsonObject retry, Step happens)
            throws Exception {
        try (FaultyBackend a = new FaultyBackend("a"); FaultyBackend b = new FaultyBackend("b");
             FaultyBackend c = new FaultyBackend("c");
             GyreNode node = GyreNode.before(new JsonObject(), new JsonObject().put("retry", retry),
                     a.url(), b.url(), c.url(), victim.url());
             Load load = Load.of(node.port(), USERS, PER_SECOND)) {
            Await.until("the load runs", () -> load.answered() > PER_SECOND);
            happens.run();
            long before = load.answered();
            Await.until("and goes on", () -> load.answered() > before + PER_SECOND);
            load.stop();
            assertThat(load.failures()).isEmpty();
            assertThat(node.metric("retries_total")).as("for the test to mean anything").isPositive();
        }
    }

    @Test
    void oneOfFourIsKilled() throws Exception {
        try (BackendProcess victim = BackendProcess.start()) {
            nobodyNotices(victim, new JsonObject(), victim::kill);
        }
    }

    @Test
    void oneOfFourHangs() throws Exception {
        try (BackendProcess victim = BackendProcess.start()) {
            nobodyNotices(victim, new JsonObject().put("perTry", "500ms"), victim::freeze);
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
            long asked = asked(load);
            int seen = a.requests() + b.requests();
            Await.until("the outage lasts", () -> asked(load) > asked + 2 * PER_SECOND);
            long more = asked(load) - asked;
            double seconds = (System.nanoTime() - begun) / 1e9;
            // A request that is just being tried has not been counted as asked.
            assertThat(a.requests() + b.requests() - seen).as("requests seen, of %d asked", more)
                    .isBetween((int) (more * 1.1), (int) (more * 1.2 + 3 * seconds + 2 * USERS));
            a.recover();
            b.recover();
            long failed = failed(load);
            Await.within(Duration.ofSeconds(2), () -> "it is back: " + load.failures(), () -> {
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
