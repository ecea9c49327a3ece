package dev.gyre.admin;

import java.util.List;
import java.util.TreeMap;

/** What a node sees of the cluster, as metrics: an alert on disagreement needs no more. */
final class NodeMetrics {

    private NodeMetrics() {
    }

    static void write(Nodes nodes, Exposition to) {
        List<NodeInfo> all = nodes.list();
        NodeInfo self = all.get(0);
        to.family("gyre_cluster_nodes", "Nodes this one sees, itself included.").sample(all.size());
        to.family("gyre_cluster_disagreeing_nodes", "Of these, the ones that hold something else.")
                .sample(all.stream().filter(node -> !node.agrees(self)).count());
        to.family("gyre_cluster_refused_total", "Messages and entries that no node of this cluster sealed.");
        new TreeMap<>(nodes.refused()).forEach((reason, count) -> to.sample(count, "reason", reason));
    }
}
