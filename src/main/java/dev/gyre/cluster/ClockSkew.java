package dev.gyre.cluster;

import dev.gyre.cluster.ClusterHealth.ClockAhead;
import dev.gyre.model.DurationText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the nodes whose wall clocks are ahead of the others'. The reference is the lower median: of two
 * clocks that disagree the earlier one, because a stamp of the future would hide every later decision, while
 * one of the past only loses.
 */
final class ClockSkew {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.cluster");

    private final Duration most;
    private Set<String> logged = Set.of();

    /**
     * One clock.
     *
     * @param epoch what it shows when this node's monotonic clock stands at zero
     */
    record Reading(String id, String name, Duration epoch) {
    }

    /** @param most by how much a clock may be ahead */
    ClockSkew(Duration most) {
        this.most = most;
    }

    /** @param readings of all connected nodes, including this one */
    List<ClockAhead> ahead(List<Reading> readings) {
        Duration median = median(readings).epoch();
        List<ClockAhead> ahead = new ArrayList<>();
        for (Reading reading : readings) {
            Duration by = reading.epoch().minus(median);
            if (by.compareTo(most) > 0) {
                ahead.add(new ClockAhead(reading.id(), reading.name(), by));
            }
        }
        return ahead;
    }

    static Reading median(List<Reading> readings) {
        List<Reading> sorted = new ArrayList<>(readings);
        sorted.sort(Comparator.comparing(Reading::epoch).thenComparing(Reading::id));
        return sorted.get((sorted.size() - 1) / 2);
    }

    /** Why a node must change nothing now: a sentence that names both clocks. */
    Optional<String> trouble(String self, List<Reading> readings) {
        return ahead(readings).stream().filter(one -> one.id().equals(self)).findFirst().map(one ->
                "this node's clock is " + DurationText.text(one.ahead()) + " ahead of node "
                        + median(readings).name() + " (at most " + DurationText.text(most)
                        + " are allowed, cluster.maxClockSkew): set it right");
    }

    /** Logs once when a clock is ahead, and once when it is right again. */
    synchronized void log(List<Reading> readings) {
        Set<String> now = new TreeSet<>();
        for (ClockAhead one : ahead(readings)) {
            now.add(one.id());
            if (!logged.contains(one.id())) {
                LOG.warn("clock ahead node={} id={} by={} allowed={} (cluster.maxClockSkew): the node refuses"
                        + " commands until its clock is right", one.name(), one.id(),
                        DurationText.text(one.ahead()), DurationText.text(most));
            }
        }
        Set<String> right = new HashSet<>(logged);
        right.removeAll(now);
        readings.stream().filter(reading -> right.contains(reading.id())).forEach(reading ->
                LOG.info("clock corrected node={} id={}", reading.name(), reading.id()));
        logged = now;
    }
}
