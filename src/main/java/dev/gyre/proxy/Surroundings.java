package dev.gyre.proxy;

import java.time.InstantSource;
import java.util.Optional;

/**
 * What, beside topology and health, decides which backend a request goes to.
 *
 * @param zone      where this node stands; empty: nowhere in particular
 * @param stickyKey what sticky cookies are signed with
 * @param clock     that of the registry's stamps
 */
public record Surroundings(Optional<String> zone, StickyKey stickyKey, InstantSource clock) {
}
