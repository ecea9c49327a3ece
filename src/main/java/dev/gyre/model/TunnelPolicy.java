package dev.gyre.model;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Which protocols requests may change to (RFC 9110, section 7.8), and how long their tunnels last.
 *
 * @param upgrade    tokens of protocols, lower case; none: requests stay HTTP
 * @param idle       how long nothing may pass, either way
 * @param lifetime   how long a tunnel may last in all; empty: as long as it is used
 * @param perBackend tunnels on one node at a time, 1..1,000,000; empty: unlimited
 * @param perAddress the same, for a client's address
 */
public record TunnelPolicy(List<String> upgrade, Duration idle, Optional<Duration> lifetime,
        OptionalInt perBackend, OptionalInt perAddress) {

    public static final TunnelPolicy DEFAULT = new TunnelPolicy(List.of("websocket"), Duration.ofHours(1),
            Optional.empty(), OptionalInt.empty(), OptionalInt.empty());

    public TunnelPolicy {
        upgrade = List.copyOf(upgrade);
    }
}
