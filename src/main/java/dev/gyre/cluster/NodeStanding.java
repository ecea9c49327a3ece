package dev.gyre.cluster;

import dev.gyre.cluster.ClusterNode.Standing;
import java.util.Optional;

/**
 * The state of a backend on one node of the cluster.
 *
 * @param standing empty: the node did not answer
 */
public record NodeStanding(String id, String name, Optional<Standing> standing) {
}
