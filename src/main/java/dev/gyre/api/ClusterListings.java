package dev.gyre.api;

import dev.gyre.api.ClusterReport.MissingMember;
import dev.gyre.api.ClusterReport.OtherConfig;
import dev.gyre.registry.CommandRefused;
import dev.gyre.registry.RegistryStatus;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The commands that list nodes. */
final class ClusterListings {

    private final Nodes nodes;
    private final Supplier<RegistryStatus> registry;

    ClusterListings(Nodes nodes, Supplier<RegistryStatus> registry) {
        this.nodes = nodes;
        this.registry = registry;
    }

    /** The present nodes, then the missing ones that config names. */
    Future<JsonObject> nodes(CommandFields fields) throws CommandRefused {
        fields.done();
        List<NodeInfo> all = nodes.list();
        ClusterReport report = nodes.cluster();
        JsonArray rows = new JsonArray();
        all.forEach(node -> {
            JsonObject row = node.toJson(node.agrees(all.get(0)));
            Duration ahead = report.clocksAhead().get(node.id());
            rows.add(ahead == null ? row : row.put("clockAhead", NodeInfo.text(ahead)));
        });
        report.missing().forEach(missing -> rows.add(missing.toJson()));
        return Future.succeededFuture(new JsonObject().put("ok", true).put("nodes", rows));
    }

    /** One line: whether all members are present and agree. */
    Future<JsonObject> status(CommandFields fields) throws CommandRefused {
        fields.done();
        List<NodeInfo> all = nodes.list();
        ClusterReport report = nodes.cluster();
        NodeInfo self = all.get(0);
        List<NodeInfo> others = all.stream().filter(node -> !node.agrees(self)).toList();
        List<String> broken = all.stream().filter(NodeInfo::isolated).map(NodeInfo::name).toList();
        List<String> ahead = all.stream().filter(node -> report.clocksAhead().containsKey(node.id()))
                .map(node -> node.name() + " by " + NodeInfo.text(report.clocksAhead().get(node.id())))
                .toList();
        JsonObject reply = new JsonObject().put("ok", true)
                .put("agree", others.isEmpty() && report.complete()).put("complete", report.complete())
                .put("joined", report.notJoined().isEmpty())
                .put("nodes", all.size()).put("members", report.expected())
                .put("missing", new JsonArray(report.missing().stream().map(MissingMember::toJson).toList()))
                .put("disagreeing", new JsonArray(others.stream().map(NodeInfo::name).toList()))
                .put("view", self.view()).put("digest", self.digest())
                .put("refused", new JsonObject(new TreeMap<>(nodes.refused())))
                .put("otherSecrets", new JsonArray(report.otherSecrets()))
                .put("otherConfigs",
                        new JsonArray(report.otherConfigs().stream().map(OtherConfig::toJson).toList()))
                .put("clocksAhead", new JsonArray(ahead)).put("broken", new JsonArray(broken));
        report.notJoined().ifPresent(reason -> reply.put("reason", reason));
        reply.put("summary", summary(all, others, report) + warnings(report, ahead, broken));
        return Future.succeededFuture(new RegistryReport(registry.get()).into(reply));
    }

    private static String summary(List<NodeInfo> all, List<NodeInfo> others, ClusterReport report) {
        NodeInfo self = all.get(0);
        String joined = report.notJoined().map(reason -> "not joined: " + reason + "; ").orElse("");
        if (!others.isEmpty()) {
            return joined + presence(all, report) + ", " + others.size() + " of them disagree with this one"
                    + " (view " + self.view() + "): " + others.stream().map(node -> node.name() + " ("
                    + node.address() + ", view " + node.view() + ")").collect(Collectors.joining(", "));
        }
        String agree = all.size() == 1 ? "" : report.missing().isEmpty() ? ", all agree"
                : "; the " + (all.size() == 2 ? "two" : all.size()) + " agree";
        return joined + presence(all, report) + agree + ": view " + self.view();
    }

    private static String presence(List<NodeInfo> all, ClusterReport report) {
        if (report.missing().isEmpty()) {
            return all.size() == 1 ? "1 node, this one" : all.size() + " nodes";
        }
        return report.expected() - report.missing().size() + " of " + report.expected() + " members: "
                + report.missing().stream().collect(Collectors.groupingBy(MissingMember::words, TreeMap::new,
                        Collectors.mapping(MissingMember::address, Collectors.joining(", "))))
                .entrySet().stream().map(group -> group.getKey() + ": " + group.getValue())
                .collect(Collectors.joining(", "));
    }

    private static String warnings(ClusterReport report, List<String> ahead, List<String> broken) {
        List<String> lines = new ArrayList<>();
        if (!report.otherSecrets().isEmpty()) {
            lines.add("another cluster.secret is in use at " + String.join(", ", report.otherSecrets()));
        }
        report.otherConfigs().forEach(other -> lines.add(other.words()));
        if (!ahead.isEmpty()) {
            lines.add("the clock is ahead of the others' at " + String.join(", ", ahead)
                    + ": commands are refused there");
        }
        if (!broken.isEmpty()) {
            lines.add("the network of " + String.join(", ", broken)
                    + " looks broken: backends are down for it that others see up");
        }
        return lines.stream().map(line -> "; " + line).collect(Collectors.joining());
    }
}
