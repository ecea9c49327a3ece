package dev.gyre.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gyre.GyreNode;
import dev.gyre.balancing.Candidates;
import dev.gyre.balancing.Selector;
import dev.gyre.kit.Await;
import dev.gyre.kit.Command;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendHealth;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Balance;
import dev.gyre.model.Condition;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.SlowStart;
import dev.gyre.model.Strategy;
import dev.gyre.model.Topology;
import dev.gyre.tls.BackendContexts;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A cold backend must not be hit with its whole share at once, by no node and after no restart. */
class SlowStartTest {

    private static final dev.gyre.model.Origin DECLARED = dev.gyre.model.Origin.CONFIG;
    private static final Instant ADDED = Instant.parse("2026-01-01T00:00:00Z");
    private static final BackendUrl OLD = new BackendUrl("10.0.0.1", 80);
    private static final BackendUrl NEW = new BackendUrl("10.0.0.2", 80);
    private static final int PICKS = 5_000;

    @ParameterizedTest
    @ValueSource(doubles = {1, 2})
    void theShareFollowsTheRampOnTwoNodesAlike(double aggression) {
        Service service = service(aggression, ADDED);
        for (int second = 0; second <= 35; second += 5) {
            double ramp = Math.max(0.1, Math.min(1, Math.pow(second / 30.0, 1 / aggression)));
            // The second node has just been started, and knows nothing but the registry.
            for (Pools node : List.of(pools(), pools())) {
                View view = view(service, BackendHealth.UNKNOWN, node, ADDED.plusSeconds(second));
                assertThat(share(view)).as("share after %d s", second)
                        .isCloseTo(ramp / (1 + ramp), within(0.01));
                assertThat(view.ramping()).isEqualTo(second < 30);
            }
        }
    }

    @Test
    void whoHasRecoveredStartsAnew() {
        Instant recovered = ADDED.plusSeconds(600);
        Condition fit = new Condition(Condition.State.HEALTHY, "passes its probes", recovered);
        BackendHealth backendHealth = BackendHealth.of(Map.of(new BackendId("web", NEW), fit));
        Pools node = pools();
        double after = share(view(service(1, ADDED), backendHealth, node, recovered.plusSeconds(15)));
        assertThat(after).isCloseTo(0.5 / 1.5, within(0.01));
        assertThat(share(view(service(1, ADDED), backendHealth, node, recovered.plusSeconds(30))))
                .isCloseTo(0.5, within(0.01));
    }

    /** With nobody to compare with there is nothing to spare. */
    @Test
    void allAreNewTogether() {
        View view = view(service(1, ADDED.minusSeconds(3600)), BackendHealth.UNKNOWN, pools(), ADDED);
        assertThat(view.ramping()).isFalse();
        Service both = new Service("web", service(1, ADDED).policy(),
                List.of(backend(OLD, ADDED), backend(NEW, ADDED)), DECLARED);
        assertThat(share(view(both, BackendHealth.UNKNOWN, pools(), ADDED.plusSeconds(3))))
                .isCloseTo(0.5, within(0.01));
    }

    /** Nothing else happens on the node while the share grows. */
    @Test
    void theShareGrowsByItself() throws Exception {
        Origin old = Origin.saying("old");
        Origin fresh = Origin.saying("new");
        JsonObject slow = new JsonObject().put("slowStart", new JsonObject().put("window", "4s"));
        try (old; fresh; GyreNode node = GyreNode.before(slow, old); Wire client = Wire.to(node.port())) {
            Await.pass(Duration.ofSeconds(4));
            // Two fifths of its share are reached after 2.6 s: a look that took longer tells nothing.
            Await.until("a look at its beginning", () -> {
                long added = System.nanoTime();
                node.command(Command.backend("add", fresh.url()));
                int answers = answersOfNew(client);
                if (System.nanoTime() - added > Duration.ofSeconds(2).toNanos()) {
                    node.command(Command.backend("remove", fresh.url()));
                    return false;
                }
                assertThat(answers).isLessThanOrEqualTo(8);
                return true;
            });
            Await.until("half of the requests go to the new one", () -> answersOfNew(client) >= 10);
        }
    }

    /** Of twenty. */
    private static int answersOfNew(Wire client) throws Exception {
        int answers = 0;
        for (int i = 0; i < 20; i++) {
            answers += client.get("/").readAnswer().body().equals("new") ? 1 : 0;
        }
        return answers;
    }

    private static Pools pools() {
        return new Pools(List.of(), failure -> { },
                BackendContexts.on(Runnable::run, InstantSource.system()));
    }

    private static View view(Service service, BackendHealth backendHealth, Pools pools, Instant now) {
        return View.of(new Topology(Map.of("web", service), List.of(), "1"), backendHealth, pools,
                new SelectionContext(Optional.empty(), new StickyKey(new byte[] {1}), () -> now,
                        () -> new Random(1)));
    }

    private static Service service(double aggression, Instant added) {
        Balance balance = new Balance(Strategy.ROUND_ROBIN, Balance.DEFAULT.hashing(), Optional.empty(),
                Optional.of(new SlowStart(Duration.ofSeconds(30), aggression)));
        ServicePolicy policy = ServicePolicy.DEFAULT.with(balance);
        return new Service("web", policy,
                List.of(backend(OLD, ADDED.minusSeconds(3600)), backend(NEW, added)), DECLARED);
    }

    private static Backend backend(BackendUrl url, Instant since) {
        return new Backend(url, 1, false, DECLARED, Optional.empty(), Optional.of(since));
    }

    /** The share of picks that the new backend gets. */
    private static double share(View view) {
        PriorityTier rank = view.services().get("web").first();
        Selector selector = rank.selectors().fresh(new SplittableRandom(3));
        int picked = 0;
        for (int i = 0; i < PICKS; i++) {
            int index = selector.pick(new Willing(), 0);
            picked += rank.pools().get(index).id().url().equals(NEW) ? 1 : 0;
        }
        return picked / (double) PICKS;
    }

    private static final class Willing implements Candidates {

        @Override
        public boolean accepts(int index) {
            return true;
        }

        @Override
        public double load(int index) {
            return 0;
        }

        @Override
        public double nanos(int index) {
            return 1;
        }
    }
}
