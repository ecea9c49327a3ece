package dev.gyre.registry;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How it stands with a node's registry itself.
 *
 * @param disk    why nothing can be made durable now; empty when all is well
 * @param owed    entries that take effect here and are not on this node's disk yet
 * @param faults  of the writer, since the node started
 * @param unknown what of the entries this version does not understand, in words
 * @param broken  rules that span entries and do not hold, in words
 */
public record RegistryStatus(Optional<String> disk, int owed, long faults, Map<Key, String> unknown,
                             List<String> broken) {
}
