package dev.gyre.model;

import java.time.Instant;
import java.util.Optional;

/**
 * One server process of a service, as the operator wants it; what a node observes of it is not here.
 *
 * @param weight   share of the service's requests relative to the other backends, 1..1000
 * @param draining gets no new request; those in flight finish
 * @param zone     where it stands; empty: nowhere in particular
 * @param since    when it was added or last resumed, by the registry's clock; set only in a service with a
 *                 slow start, so that elsewhere two topologies that want the same are equal
 * @param address  which of the addresses that the URL's name stands for; empty: as the operator wants it
 * @param tunnelsUntil until when its tunnels may go on while it drains; empty: for as long as they like
 */
public record Backend(BackendUrl url, int weight, boolean draining, Origin origin, Optional<String> zone,
        Optional<Instant> since, Optional<String> address, Optional<Instant> tunnelsUntil) {

    public static final int MAX_WEIGHT = 1000;

    public Backend {
        if (weight < 1 || weight > MAX_WEIGHT) {
            throw new IllegalArgumentException("weight: " + weight + " (expected: 1..1000)");
        }
    }

    /** As the operator wants it. */
    public Backend(BackendUrl url, int weight, boolean draining, Origin origin, Optional<String> zone,
            Optional<Instant> since) {
        this(url, weight, draining, origin, zone, since, Optional.empty(), Optional.empty());
    }

    /** In no zone, and there since ever. */
    public Backend(BackendUrl url, int weight, boolean draining, Origin origin) {
        this(url, weight, draining, origin, Optional.empty(), Optional.empty());
    }

    /** The same server process, also where other properties differ. */
    public boolean isSameAs(Backend other) {
        return this == other || url.equals(other.url) && address.equals(other.address);
    }

    /**
     * One of its addresses as a backend of its own.
     *
     * @param seen when it appeared, which counts where {@link #since} is set and earlier
     */
    public Backend at(String one, Optional<Instant> seen) {
        Optional<Instant> begun = since.map(wanted -> seen.filter(wanted::isBefore).orElse(wanted));
        return new Backend(url, weight, draining, origin, zone, begun, Optional.of(one), tunnelsUntil);
    }

    /** The same, with tunnels that may go on until then while it drains. */
    public Backend tunnelsUntil(Optional<Instant> until) {
        return new Backend(url, weight, draining, origin, zone, since, address, until);
    }
}
