package dev.gyre.quota;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The nodes that share the limits: those in config, and all that have sent a report. Not thread-safe. */
final class QuotaMembers {

    /**
     * A node silent for longer has let go of what it had borrowed: its loans were over after
     * {@link QuotaLedger#LOAN_NANOS}, and the requests under way have had the rest of the time.
     */
    static final long SILENT_NANOS = Duration.ofSeconds(6).toNanos();
    /** A node silent for longer is lent nothing more: it could not tell from when. */
    private static final long ACTIVE_NANOS = Duration.ofSeconds(2).toNanos();
    /**
     * A node that left without notice may be cut off and still use its part. A node that the config names is
     * never forgotten.
     */
    private static final long REMEMBERED_NANOS = Duration.ofMinutes(10).toNanos();

    private record Other(QuotaReport last, long heardNanos, Set<String> endedSessions) {

        /** Sessions have no order; one that was followed by another never comes again. */
        Set<String> endedBy(QuotaReport next) {
            if (next.session().equals(last.session())) {
                return endedSessions;
            }
            Set<String> ended = new HashSet<>(endedSessions);
            ended.add(last.session());
            return ended;
        }

        boolean isFollowedBy(QuotaReport next) {
            return next.session().equals(last.session()) ? next.number() > last.number()
                    : !endedSessions.contains(next.session());
        }
    }

    private final String self;
    private final int expected;
    private final Map<String, Other> others = new TreeMap<>();

    /** @param expected nodes of the cluster by config, this one included */
    QuotaMembers(String self, int expected) {
        this.self = self;
        this.expected = expected;
    }

    int expected() {
        return expected;
    }

    /** False when a later report has been heard. */
    boolean heard(QuotaReport report, long now) {
        Other before = others.get(report.node());
        if (before != null && !before.isFollowedBy(report)) {
            return false;
        }
        others.put(report.node(), new Other(report, now,
                before == null ? Set.of() : before.endedBy(report)));
        return true;
    }

    Optional<QuotaReport> last(String node) {
        return Optional.ofNullable(others.get(node)).map(Other::last);
    }

    /** The nodes that this one has heard itself and not forgotten; reports of others keep no node. */
    Set<String> heardOf() {
        Set<String> heard = new TreeSet<>(Set.of(self));
        others.forEach((id, other) -> {
            if (!other.last.leaving()) {
                heard.add(id);
            }
        });
        return heard;
    }

    /** Those that count now. */
    QuotaView view(long now) {
        others.values().removeIf(other -> now - other.heardNanos > REMEMBERED_NANOS);
        Set<String> known = heardOf();
        int nodes = expected;
        Map<String, QuotaReport> present = new HashMap<>();
        Set<String> active = new TreeSet<>();
        for (Other other : others.values()) {
            if (now - other.heardNanos <= SILENT_NANOS && !other.last.leaving()) {
                present.put(other.last.node(), other.last);
                if (now - other.heardNanos <= ACTIVE_NANOS) {
                    active.add(other.last.node());
                }
                known.addAll(other.last.members());
                nodes = Math.max(nodes, other.last.expected());
            }
        }
        return new QuotaView(List.copyOf(known), Math.max(nodes, known.size()), active,
                Map.copyOf(present));
    }
}
