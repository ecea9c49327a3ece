package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/** The time of the cluster, by which drains and holds end, is no single node's. */
class ClusterTimeTest {

    private static final long RIGHT = 1_000_000_000;

    private final AtomicLong nanos = new AtomicLong(1);
    private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
    private final List<Duration> wrong = List.of(Duration.ZERO, Duration.ofHours(1), Duration.ofHours(-1));
    /** Set to another time between any two looks at it. */
    private final Clocks clocks = new Clocks(() -> Instant.ofEpochMilli(right()
            + wrong.get(random.nextInt(wrong.size())).toMillis()), nanos::get);
    private final SessionChallenges challenges = new SessionChallenges(nanos::get);
    private final ClusterPeers peers = new ClusterPeers(clocks, challenges, new PeerLog(heartbeat -> {
    }));
    private final ClockWatch watch = new ClockWatch(clocks,
            new NodeIdentity("self", "self", "member", "127.0.0.1:5701", "0.1", "session"), peers,
            new ClockSkew(Duration.ofSeconds(60)));

    private long right() {
        return RIGHT + nanos.get() / 1_000_000;
    }

    private void hear(String id, long sequence, Set<String> answers) {
        NodeIdentity peer = new NodeIdentity(id, id, "member of " + id, id + ":5701", "0.1", "of " + id);
        Heartbeat.State state = new Heartbeat.State(5, "view", "digest", 0, right(), "c", 0, 100, false);
        peers.heard(new Heartbeat(peer, sequence, state, Map.of(), answers, Map.of(), Set.of()));
    }

    private void meet(String id) {
        hear(id, 1, Set.of());
        hear(id, 2, Set.of(challenges.asks().get("of " + id)));
    }

    @Test
    void aClockThatIsSetAtAnyMomentMovesItAtNone() {
        assertThat(watch.time()).isEmpty();
        meet("b");
        meet("c");
        for (int look = 0; look < 1_000; look++) {
            nanos.addAndGet(10_000_000);
            assertThat(watch.time()).contains(Instant.ofEpochMilli(right()));
            if (look % 100 == 0) {
                hear("b", look + 3, Set.of());
                hear("c", look + 3, Set.of());
            }
        }
    }

    @Test
    void aNodeThatHearsNobodyAnyMoreGoesOnFromIt() {
        meet("b");
        meet("c");
        assertThat(watch.time()).contains(Instant.ofEpochMilli(right()));
        nanos.addAndGet(Duration.ofMinutes(5).toNanos());
        assertThat(peers.present()).isEmpty();
        assertThat(watch.time()).contains(Instant.ofEpochMilli(right()));
    }
}
