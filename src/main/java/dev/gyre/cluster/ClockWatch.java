package dev.gyre.cluster;

import dev.gyre.cluster.ClockSkew.Reading;
import dev.gyre.cluster.ClusterHealth.ClockAhead;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Compares the wall clocks of the connected nodes. */
final class ClockWatch {

    private final Clocks clocks;
    private final NodeIdentity self;
    private final ClusterPeers peers;
    private final ClockSkew skew;
    /** What the median of all showed last when the monotonic clock stood at zero, in milliseconds. */
    private volatile OptionalLong median = OptionalLong.empty();

    ClockWatch(Clocks clocks, NodeIdentity self, ClusterPeers peers, ClockSkew skew) {
        this.clocks = clocks;
        this.self = self;
        this.peers = peers;
        this.skew = skew;
    }

    /** Called periodically. */
    void look() {
        skew.log(readings());
    }

    List<ClockAhead> ahead() {
        return skew.ahead(readings());
    }

    /** Why this node must change nothing now. */
    Optional<String> trouble() {
        return skew.trouble(self.id(), readings());
    }

    /**
     * The lower median of all nodes' wall clocks, which does not depend on any single clock; empty until this
     * node has received a heartbeat. It is computed from this node's monotonic clock, so that a step of its
     * wall clock is never a step of this time. A node that loses all others continues from the last median,
     * because isolation does not correct a clock.
     */
    Optional<Instant> time() {
        List<Reading> readings = readings();
        if (readings.size() > 1) {
            median = OptionalLong.of(ClockSkew.median(readings).epoch().toMillis());
        }
        return median.isEmpty() ? Optional.empty()
                : Optional.of(Instant.ofEpochMilli(median.getAsLong() + clocks.millis()));
    }

    /** The offset of a peer's wall clock to this node's; positive if it is ahead. */
    Duration offset(ClusterPeers.Peer peer) {
        return peer.clock().isKnown() ? Duration.ofMillis(peer.clock().millis() - clocks.epoch())
                : Duration.ZERO;
    }

    private List<Reading> readings() {
        Reading own = new Reading(self.id(), self.name(), Duration.ofMillis(clocks.epoch()));
        return Stream.concat(Stream.of(own),
                peers.present().stream().filter(peer -> peer.clock().isKnown())
                        .map(peer -> new Reading(peer.heartbeat().id(), peer.heartbeat().node().name(),
                                Duration.ofMillis(peer.clock().millis())))).toList();
    }
}
