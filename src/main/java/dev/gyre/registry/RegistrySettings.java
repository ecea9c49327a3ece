package dev.gyre.registry;

import dev.gyre.config.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The settings of one node's registry.
 *
 * @param data         directory of the stored changes, created if missing; empty: they are lost at the end
 * @param name         of this node, for the history
 * @param retention    how long tombstones are kept; a node that was away for longer takes over the others'
 *                     entries
 * @param maxClockSkew how far ahead of this node's clock a stamp may be to be believed
 */
public record RegistrySettings(Optional<Path> data, String name, Duration retention, Duration maxClockSkew) {

    public static final Duration MAX_CLOCK_SKEW = Duration.ofSeconds(60);

    public static RegistrySettings of(Optional<Path> data, String name) {
        return new RegistrySettings(data, name, Settings.RETENTION, MAX_CLOCK_SKEW);
    }
}
