package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What a node once said must not be taken for what it says now, whatever its clock shows. */
class SessionsTest {

    private static final String HOME = "127.0.0.2:5701";
    private static final String ELSEWHERE = "127.0.0.3:5701";
    private static final String CHANNEL = "health";

    private final AtomicLong nanos = new AtomicLong(1);
    private final AtomicLong wall = new AtomicLong(1_000_000);
    private final Clocks clocks = new Clocks(() -> Instant.ofEpochMilli(wall.get()), nanos::get);
    private final SessionChallenges challenges = new SessionChallenges(nanos::get);
    private final List<String> log = new ArrayList<>();
    private final ClusterPeers peers = new ClusterPeers(clocks, challenges, new ClusterPeers.Listener() {
        @Override
        public void news(Heartbeat heartbeat) {
        }

        @Override
        public void joined(Heartbeat heartbeat) {
            log.add("joined " + heartbeat.node().session());
        }

        @Override
        public void gone(Heartbeat last, long silentNanos, boolean graceful) {
            log.add((graceful ? "left " : "lost ") + last.node().session());
        }
    });

    private static Heartbeat heartbeat(String address, String session, long sequence, Set<String> answers) {
        return heartbeat(address, session, sequence, answers, 0, false);
    }

    private static Heartbeat heartbeat(String address, String session, long sequence, Set<String> answers,
            long wall,
                               boolean leaving) {
        return new Heartbeat(new NodeIdentity("a", "name of a", "member of " + session, address, "0.1",
                session),
                sequence, new Heartbeat.State(5, "view", "digest " + sequence, 0, wall, "c", 0, 100,
                leaving), Map.of(),
                answers, Map.of(), Set.of());
    }

    /** Its first hello is asked, its second answers. */
    private void meet(String address, String session) {
        assertThat(peers.heard(heartbeat(address, session, 1, Set.of()))).isEqualTo(MessageVerdict.UNKNOWN);
        Heartbeat answer = heartbeat(address, session, 2, Set.of(challenges.asks().get(session)));
        assertThat(peers.heard(answer)).isEqualTo(MessageVerdict.TAKEN);
    }

    @Test
    void aSessionIsBelievedOnceItHasAnswered() {
        assertThat(peers.heard(heartbeat(HOME, "s", 1, Set.of()))).isEqualTo(MessageVerdict.UNKNOWN);
        assertThat(peers.heard(heartbeat(HOME, "s", 2, Set.of("a guess")))).isEqualTo(MessageVerdict.UNKNOWN);
        assertThat(peers.present()).isEmpty();
        assertThat(peers.take(CHANNEL, "a", "s", 3)).as("before it is known")
                .isEqualTo(MessageVerdict.UNKNOWN);
        meet(HOME, "s");
        assertThat(peers.present()).hasSize(1);
        assertThat(peers.take(CHANNEL, "a", "s", 4)).isEqualTo(MessageVerdict.TAKEN);
    }

    @Test
    void aHelloCountsOnceAndAnOvertakenOneIsNoReplay() {
        meet(HOME, "s");
        assertThat(peers.heard(heartbeat(HOME, "s", 5, Set.of()))).isEqualTo(MessageVerdict.TAKEN);
        assertThat(peers.heard(heartbeat(HOME, "s", 5, Set.of()))).isEqualTo(MessageVerdict.REPLAYED);
        assertThat(peers.heard(heartbeat(HOME, "s", 4, Set.of()))).as("overtaken")
                .isEqualTo(MessageVerdict.LATE);
        assertThat(peers.heard(heartbeat(HOME, "s", 4, Set.of()))).as("again")
                .isEqualTo(MessageVerdict.REPLAYED);
        assertThat(peers.present().get(0).heartbeat().state().digest()).isEqualTo("digest 5");
    }

    @Test
    void aRestartedNodeCountsAtOnceWhateverItsClockShows() {
        wall.set(Duration.ofDays(100).toMillis());
        meet(HOME, "old");
        assertThat(peers.take(CHANNEL, "a", "old", 900)).isEqualTo(MessageVerdict.TAKEN);
        // Its clock was a day ahead, was corrected, and the node was started again.
        meet(HOME, "new");
        assertThat(peers.take(CHANNEL, "a", "new", 1)).isEqualTo(MessageVerdict.TAKEN);
        assertThat(log).containsExactly("joined old", "lost old", "joined new");
    }

    @Test
    void whatAFormerSessionSaidStaysRefused() {
        meet(HOME, "old");
        String answered = "an answer of then";
        Heartbeat kept = heartbeat(HOME, "old", 50, Set.of(answered));
        meet(HOME, "new");
        assertThat(peers.heard(kept)).isEqualTo(MessageVerdict.REPLAYED);
        assertThat(peers.take(CHANNEL, "a", "old", 51)).isEqualTo(MessageVerdict.REPLAYED);
        assertThat(peers.present().get(0).heartbeat().node().session()).isEqualTo("new");
    }

    @Test
    void nothingOfAPeerOutlivesIt() {
        meet(HOME, "s");
        Heartbeat kept = heartbeat(HOME, "s", 40, Set.of());
        nanos.addAndGet(ClusterPeers.GONE_NANOS + 1);
        assertThat(peers.present()).isEmpty();
        assertThat(log).containsExactly("joined s", "lost s");
        assertThat(peers.heard(kept)).as("kept by somebody").isEqualTo(MessageVerdict.UNKNOWN);
        assertThat(peers.take(CHANNEL, "a", "s", 41)).isEqualTo(MessageVerdict.UNKNOWN);
        meet(HOME, "s");
        assertThat(peers.take(CHANNEL, "a", "s", 1)).as("numbered anew").isEqualTo(MessageVerdict.TAKEN);
    }

    @Test
    void aSecondNodeWithTheIdOfOneThatLivesIsATwin() {
        meet(HOME, "first");
        assertThat(peers.heard(heartbeat(ELSEWHERE, "second", 1, Set.of())))
                .isEqualTo(MessageVerdict.UNKNOWN);
        assertThat(peers.heard(heartbeat(ELSEWHERE, "second", 2, Set.of(challenges.asks().get("second")))))
                .isEqualTo(MessageVerdict.TWIN);
        assertThat(peers.present().get(0).heartbeat().node().session()).isEqualTo("first");
    }

    @Test
    void aNodeThatMovedWhileItWasDownIsNoTwin() {
        meet(HOME, "first");
        peers.left("member of first");
        meet(ELSEWHERE, "second");
        assertThat(log).containsExactly("joined first", "lost first", "joined second");
    }

    @Test
    void whoSaysFarewellIsGoneAtOnce() {
        meet(HOME, "s");
        peers.heard(heartbeat(HOME, "s", 9, Set.of(), 0, true));
        assertThat(peers.present()).isEmpty();
        assertThat(log).containsExactly("joined s", "left s");
        assertThat(peers.heard(heartbeat(HOME, "s", 8, Set.of()))).isEqualTo(MessageVerdict.REPLAYED);
    }

    @Test
    void aDelayDoesNotMakeAClockLookAhead() {
        meet(HOME, "s");
        long right = wall.get() + 5_000;
        for (int i = 0; i < 10; i++) {
            // Each is on its way for longer than the one before.
            peers.heard(heartbeat(HOME, "s", 10 + i, Set.of(), right - 100L * i, false));
        }
        assertThat(peers.present().get(0).clock().millis()).isEqualTo(right);
    }

    @Test
    void aFloodOfKeptSessionsFillsNoMemory() {
        for (int i = 0; i < 10_000; i++) {
            peers.heard(heartbeat(HOME, "session " + i, 1, Set.of()));
        }
        assertThat(challenges.asks()).hasSizeLessThan(300);
    }
}
