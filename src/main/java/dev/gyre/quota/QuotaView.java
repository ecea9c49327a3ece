package dev.gyre.quota;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The nodes that share a limit, as one node sees them at one moment.
 *
 * @param known   ids of all nodes that count, present or not, in ascending order
 * @param nodes   expected nodes, at least as many as are known
 * @param active  ids of the others that take part in lending
 * @param present the last reports of the others that are there
 */
record QuotaView(List<String> known, int nodes, Set<String> active, Map<String, QuotaReport> present) {

    /*
     * The even part of the node that k others stand before is ceil((limit - k) / nodes). A node that does not
     * know them all takes the unknown ones to stand before it. So whatever each of the nodes knows of the
     * others, the parts that they take add up to the limit at most, as long as none counts too few; and no
     * part grows by a further node.
     */

    /** What a node has for itself of a limit, at the least one connection: not to serve at all is worse. */
    int part(String node, int limit) {
        int after = known.size() - 1 - known.indexOf(node);
        int part = (int) (((long) limit + after) / nodes);
        return known.size() < nodes ? Math.max(1, part) : part;
    }

    /** All the others that are there count this node, too. */
    boolean counts(String node) {
        return present.values().stream().allMatch(report -> report.members().contains(node));
    }

    /** Open on a backend beyond what the nodes that have it open may use. */
    int beyond(String backend) {
        return present.values().stream().mapToInt(report -> report.line(backend).beyond()).sum();
    }

    boolean nobodyBeyond() {
        return present.values().stream().flatMap(report -> report.lines().values().stream())
                .allMatch(line -> line.beyond() == 0);
    }
}
