package dev.gyre.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The cluster as this node sees it, besides its members.
 *
 * @param expected     members expected by config, including this node
 * @param missing      those of them without a heartbeat
 * @param notJoined    why this node was refused, if it was
 * @param otherSecrets addresses of members that sign with another secret than this node's
 * @param otherConfigs nodes whose configs have differed from this node's for a while
 * @param clocks       nodes whose wall clocks are ahead of the others, possibly including this node
 */
public record ClusterHealth(int expected, List<Missing> missing, Optional<String> notJoined,
                            List<String> otherSecrets, List<OtherConfig> otherConfigs,
                            List<ClockAhead> clocks) {

    public ClusterHealth {
        missing = List.copyOf(missing);
        otherSecrets = List.copyOf(otherSecrets);
        otherConfigs = List.copyOf(otherConfigs);
        clocks = List.copyOf(clocks);
    }

    /**
     * A missing member.
     *
     * @param unheard time since its last heartbeat or, without one, since this node began to look for it
     * @param ever    whether there was a heartbeat before
     */
    public record Missing(String address, Duration unheard, boolean ever) {
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
    }

    /**
     * A clock that is ahead.
     *
     * @param id    of the node
     * @param ahead of the lower median of all nodes' clocks
     */
    public record ClockAhead(String id, String name, Duration ahead) {
    }
}
