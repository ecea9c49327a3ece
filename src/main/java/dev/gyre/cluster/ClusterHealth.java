package dev.gyre.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How this node sees the cluster, beside who is there.
 *
 * @param expected     members that there are to be by config, this node included
 * @param missing      those of them that are not heard
 * @param notJoined    why this node is kept out of the cluster, if it is
 * @param otherSecrets addresses of members that sign with another secret than this node's
 * @param otherConfigs nodes whose configs have declared something else than this node's for a while
 * @param clocks       nodes whose wall clocks are ahead of the others, this node perhaps among them
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
     * A member that is not there.
     *
     * @param unheard since it was last heard or, where it never was, since this node began to look for it
     * @param ever    it was heard before
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
