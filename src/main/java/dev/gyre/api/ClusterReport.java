package dev.gyre.api;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The cluster as this node sees it, besides its members.
 *
 * @param expected     members expected by config, including this node
 * @param missing      those of them without a heartbeat
 * @param notJoined    why this node was refused, if it was
 * @param otherSecrets addresses of members that sign with another secret
 * @param otherConfigs nodes whose configs have differed from this node's for a while
 * @param clocksAhead  by node id, how far a wall clock is ahead of the others, if that is too far
 */
public record ClusterReport(int expected, List<MissingMember> missing, Optional<String> notJoined,
                            List<String> otherSecrets, List<OtherConfig> otherConfigs,
                            Map<String, Duration> clocksAhead) {

    /** The report of a single node. */
    public static final ClusterReport ALONE =
            new ClusterReport(1, List.of(), Optional.empty(), List.of(), List.of(), Map.of());

    public ClusterReport {
        missing = List.copyOf(missing);
        otherSecrets = List.copyOf(otherSecrets);
        otherConfigs = List.copyOf(otherConfigs);
        clocksAhead = Map.copyOf(clocksAhead);
    }

    /**
     * A missing member that config names.
     *
     * @param unheard time since its last heartbeat or, without one, since this node began to look for it
     * @param ever    whether there was a heartbeat before
     */
    public record MissingMember(String address, Duration unheard, boolean ever) {

        /** The state, without the address. */
        String words() {
            return ever ? "no heartbeat for " + text()
                    : "no heartbeat since the start " + text() + " ago";
        }

        private String text() {
            return NodeInfo.text(unheard);
        }

        /** Its row in {@code node.list}. */
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
