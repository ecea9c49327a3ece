package dev.gyre.api;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How this node sees the cluster, beside who is there.
 *
 * @param expected     members that there are to be by config, this node included
 * @param missing      those of them that are not heard
 * @param notJoined    why this node is kept out of the cluster, if it is
 * @param otherSecrets addresses of members that sign with another secret
 * @param otherConfigs nodes whose configs have declared something else than this node's for a while
 * @param clocksAhead  by node id, how far a wall clock is ahead of the others, where that is too far
 */
public record ClusterReport(int expected, List<MissingMember> missing, Optional<String> notJoined,
                            List<String> otherSecrets, List<OtherConfig> otherConfigs,
                            Map<String, Duration> clocksAhead) {

    /** Of a node on its own. */
    public static final ClusterReport ALONE =
            new ClusterReport(1, List.of(), Optional.empty(), List.of(), List.of(), Map.of());

    public ClusterReport {
        missing = List.copyOf(missing);
        otherSecrets = List.copyOf(otherSecrets);
        otherConfigs = List.copyOf(otherConfigs);
        clocksAhead = Map.copyOf(clocksAhead);
    }

    /**
     * A member that config names and that is not there.
     *
     * @param unheard since it was last heard or, where it never was, since this node began to look for it
     * @param ever    it was heard before
     */
    public record MissingMember(String address, Duration unheard, boolean ever) {

        /** What is the matter, without the address. */
        String words() {
            return ever ? "no heartbeat for " + text()
                    : "no heartbeat since the start " + text() + " ago";
        }

        private String text() {
            return NodeInfo.text(unheard);
        }

        /** As {@code node.list} shows it among the nodes. */
        JsonObject toJson() {
            return new JsonObject().put("address", address).put("state", "missing").put("unheard", text())
                    .put("ever", ever);
        }
    }

    /**
     * A node with another config.
     *
     * @param differences the first ones, in words
     */
    public record OtherConfig(String id, String name, List<String> differences) {

        public OtherConfig {
            differences = List.copyOf(differences);
        }

        String words() {
            return "the config of " + name + " differs: " + String.join(", ", differences);
        }

        JsonObject toJson() {
            return new JsonObject().put("id", id).put("name", name)
                    .put("differences", new JsonArray(differences));
        }
    }

    boolean complete() {
        return missing.isEmpty() && notJoined.isEmpty();
    }
}
