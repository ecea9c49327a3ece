package dev.gyre.cluster;

import dev.gyre.cluster.ClockSkew.Reading;
import dev.gyre.cluster.ClusterHealth.ClockAhead;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Compares the wall clocks of the nodes that are there. */
final class ClockWatch {

    /** A clock that is merely a little slow or fast moves less between two looks. */
    private static final long SET_MILLIS = 1_000;

    private final Clocks clocks;
    private final NodeIdentity self;
    private final Peers peers;
    private final ClockSkew skew;
    /** What the wall clock shows when the other one, which nobody sets, stands at zero. */
    private long epoch;

    ClockWatch(Clocks clocks, NodeIdentity self, Peers peers, ClockSkew skew) {
        this.clocks = clocks;
        this.self = self;
        this.peers = peers;
        this.skew = skew;
        this.epoch = epoch();
    }

    private long epoch() {
        return clocks.wall().millis() - clocks.nanos().getAsLong() / 1_000_000;
    }

    /** To be called now and then. */
    void look() {
        long now = epoch();
        if (Math.abs(now - epoch) > SET_MILLIS) {
            epoch = now;
            peers.clockSet();
        }
        skew.tell(readings());
    }

    List<ClockAhead> ahead() {
        return skew.ahead(readings());
    }

    /** Why this node must change nothing now. */
    Optional<String> trouble() {
        return skew.trouble(self.id(), readings());
    }

    /** What to add to this node's clock for the lower median of all, which no single clock rules. */
    Duration toMedian() {
        return ClockSkew.median(readings()).offset();
    }

    private List<Reading> readings() {
        return Stream.concat(Stream.of(new Reading(self.id(), self.name(), Duration.ZERO)),
                peers.present().stream().filter(peer -> peer.clock().isKnown())
                        .map(peer -> new Reading(peer.hello().id(), peer.hello().node().name(),
                                peer.clock().offset()))).toList();
    }
}
