package dev.gyre.cluster;

import dev.gyre.cluster.ClockSkew.Reading;
import dev.gyre.cluster.ClusterHealth.ClockAhead;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Compares the wall clocks of the nodes that are there. */
final class ClockWatch {

    private final Clocks clocks;
    private final NodeIdentity self;
    private final ClusterPeers peers;
    private final ClockSkew skew;
    /** What the median of all showed last when the clock that nobody sets stood at zero. */
    private volatile OptionalLong median = OptionalLong.empty();

    ClockWatch(Clocks clocks, NodeIdentity self, ClusterPeers peers, ClockSkew skew) {
        this.clocks = clocks;
        this.self = self;
        this.peers = peers;
        this.skew = skew;
    }

    /** To be called now and then. */
    void look() {
        skew.tell(readings());
    }

    List<ClockAhead> ahead() {
        return skew.ahead(readings());
    }

    /** Why this node must change nothing now. */
    Optional<String> trouble() {
        return skew.trouble(self.id(), readings());
    }

    /**
     * What to add to this node's clock for the lower median of all, which no single clock rules. A node that
     * hears nobody goes on from what it was last, for being alone makes no clock right.
     */
    Duration toMedian() {
        long own = clocks.wall().millis() - clocks.nanos().getAsLong() / 1_000_000;
        List<Reading> readings = readings();
        if (readings.size() > 1) {
            Duration offset = ClockSkew.median(readings).offset();
            median = OptionalLong.of(own + offset.toMillis());
            return offset;
        }
        return median.isPresent() ? Duration.ofMillis(median.getAsLong() - own) : Duration.ZERO;
    }

    private List<Reading> readings() {
        return Stream.concat(Stream.of(new Reading(self.id(), self.name(), Duration.ZERO)),
                peers.present().stream().filter(peer -> peer.clock().isKnown())
                        .map(peer -> new Reading(peer.heartbeat().id(), peer.heartbeat().node().name(),
                                peer.clock().offset()))).toList();
    }
}
