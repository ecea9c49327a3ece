package dev.gyre.registry;

import dev.gyre.config.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How one node's registry is kept.
 *
 * @param data         directory to keep changes in, created where missing; empty: they are forgotten at
 *                     the end
 * @param name         of this node, under which history shows what it changed
 * @param retention    how long the mark of a removal is kept; a node that was away for longer takes over what
 *                     the others hold
 * @param maxClockSkew how far ahead of this node's clock a stamp may be to be believed
 */
public record RegistrySettings(Optional<Path> data, String name, Duration retention, Duration maxClockSkew) {

    public static final Duration MAX_CLOCK_SKEW = Duration.ofSeconds(60);

    public static RegistrySettings of(Optional<Path> data, String name) {
        return new RegistrySettings(data, name, Settings.RETENTION, MAX_CLOCK_SKEW);
    }
}
