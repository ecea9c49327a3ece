package dev.gyre.api;

import java.util.List;
import java.util.TreeMap;

/** The metrics of the cluster, enough for an alert on disagreement. */
final class NodeMetrics {

    private NodeMetrics() {
    }

    static void write(Nodes nodes, Exposition to) {
        List<NodeInfo> all = nodes.list();
        NodeInfo self = all.get(0);
        to.family("gyre_cluster_nodes", "Nodes this one sees, itself included.").sample(all.size());
        to.family("gyre_cluster_disagreeing_nodes", "Of these, the ones that hold something else.")
                .sample(all.stream().filter(node -> !node.agrees(self)).count());
        to.family("gyre_node_capacity_ratio", "Share of its steady rate that the node can serve now;"
                + " less than 1 while it compiles.").sample(self.capacity() / 100.0);
        ClusterReport report = nodes.cluster();
        to.family("gyre_cluster_expected_members", "Members that config names, this node included.")
                .sample(report.expected());
        to.family("gyre_cluster_missing_members", "Members of the config without a heartbeat.")
                .sample(report.missing().size());
        to.family("gyre_cluster_joined", "0: kept out of the cluster until a person acts, the log says why.")
                .sample(report.notJoined().isPresent() ? 0 : 1);
        to.family("gyre_cluster_clock_offset_seconds", "A node's wall clock less this node's.");
        all.forEach(node -> to.sample(node.clock().toMillis() / 1_000.0, "node", node.name(),
                "id", node.id()));
        to.family("gyre_cluster_clocks_ahead", "Nodes whose clocks are too far ahead: they refuse commands.")
                .sample(report.clocksAhead().size());
        to.family("gyre_cluster_other_configs", "Nodes whose configs declare something else than this one's.")
                .sample(report.otherConfigs().size());
        to.family("gyre_cluster_refused_total", "Messages and entries that no node of this cluster sealed.");
        new TreeMap<>(nodes.refused()).forEach((reason, count) -> to.sample(count, "reason", reason));
    }
}
