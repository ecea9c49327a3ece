package dev.gyre.registry;

import dev.gyre.model.Sha256;
import dev.gyre.model.Topology;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The config that a node declares at its start.
 *
 * @param shared other nodes declare configs as well: a config that this node declared before is not declared
 *               again, because another node may have declared a newer one since
 */
public record Declaration(Topology declared, boolean shared) {

    /** The stamp to declare it with; empty if it must not be declared. */
    Optional<Stamp> stamp(Entries kept, Optional<String> before, HybridClock stamps, long node) {
        if (!shared) {
            return Optional.of(stamps.next());
        }
        if (kept.all().isEmpty()) {
            // A node without stored entries must not overrule nodes that it has not met yet.
            return Optional.of(Stamp.first(node));
        }
        return before.equals(Optional.of(name())) ? Optional.empty() : Optional.of(stamps.next());
    }

    /** Equal for configs with the same declarations. */
    String name() {
        MessageDigest digest = Sha256.digest();
        LayerMerge.declared(declared).forEach((key, value) -> digest.update(
                (key + " " + value + "\n").getBytes(StandardCharsets.UTF_8)));
        return HexFormat.of().formatHex(digest.digest());
    }
}
