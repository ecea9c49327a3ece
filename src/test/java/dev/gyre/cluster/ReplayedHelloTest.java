package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What a node once said of itself must not be taken for what it says now. */
class ReplayedHelloTest {

    private final AtomicLong nanos = new AtomicLong(1);
    private final Peers peers = new Peers(nanos::get, news -> { });

    private static Hello hello(String id, long boot, long sequence) {
        return new Hello(id, "name of " + id, "member " + id, "127.0.0.1:5701", "0.1.0", boot, sequence, 5,
                "view", "digest " + boot + "." + sequence, 0, Map.of(),
                Set.of());
    }

    @Test
    void aHelloCountsOnce() {
        assertThat(peers.heard(hello("a", 7, 1))).isTrue();
        assertThat(peers.heard(hello("a", 7, 2))).isTrue();
        assertThat(peers.heard(hello("a", 7, 2))).isFalse();
        assertThat(peers.heard(hello("a", 7, 1))).isFalse();
        assertThat(peers.heard(hello("a", 6, 9))).as("of an earlier run").isFalse();
        assertThat(peers.present().get(0).hello().digest()).isEqualTo("digest 7.2");
    }

    @Test
    void aRestartedNodeBeginsToCountAnew() {
        peers.heard(hello("a", 7, 100));
        assertThat(peers.heard(hello("a", 8, 1))).isTrue();
    }

    @Test
    void aNodeWhoseClockWasSetBackIsHeardAgainOnceItWasGone() {
        peers.heard(hello("a", 7, 1));
        assertThat(peers.heard(hello("a", 3, 1))).isFalse();
        nanos.addAndGet(Peers.GONE_NANOS + 1);
        assertThat(peers.present()).isEmpty();
        assertThat(peers.heard(hello("a", 3, 1))).isTrue();
        assertThat(peers.present()).hasSize(1);
    }

    @Test
    void whoHasLeftIsGoneAtOnce() {
        peers.heard(hello("a", 7, 1));
        peers.heard(hello("b", 7, 1));
        peers.left("member a");
        assertThat(peers.present()).extracting(peer -> peer.hello().id()).containsExactly("b");
    }
}
