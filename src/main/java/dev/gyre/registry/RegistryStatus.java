package dev.gyre.registry;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The state of a node's registry itself.
 *
 * @param disk    why nothing can be made durable now; empty if the disk works
 * @param owed    entries in effect that are not on this node's disk yet
 * @param faults  of the writer, since the node started
 * @param unknown the content that this version does not understand, in words
 * @param broken  broken rules that span entries, in words
 */
public record RegistryStatus(Optional<String> disk, int owed, long faults, Map<Key, String> unknown,
        List<String> broken) {
}
