package dev.gyre.config;

import dev.gyre.model.AddressFamily;
import dev.gyre.model.RetryPolicy.Backoff;
import java.time.Duration;
import java.util.List;

/**
 * How the names of backends are looked up.
 *
 * @param servers name servers, asked in this order; empty: the system's, by /etc/resolv.conf
 * @param timeout for one question to one server, 10ms..24h
 * @param minTtl  an answer is not asked for again before so long, 100ms..24h
 * @param maxTtl  nor later than after so long, minTtl..24h
 * @param backoff how long after a failure to ask again: the base, doubled with each further failure up to the
 *                max, less a random part of up to a half; both 100ms..24h
 * @param family  which addresses are used
 */
public record ResolverSettings(List<Server> servers, Duration timeout, Duration minTtl, Duration maxTtl,
        Backoff backoff, AddressFamily family) {

    public static final ResolverSettings DEFAULT = new ResolverSettings(List.of(), Duration.ofSeconds(2),
            Duration.ofSeconds(1), Duration.ofHours(1),
            new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30)), AddressFamily.AUTO);

    public ResolverSettings {
        servers = List.copyOf(servers);
    }

    /**
     * A name server.
     *
     * @param address IPv4 or IPv6, without brackets
     * @param port    1..65535
     */
    public record Server(String address, int port) {

        public static final int DNS_PORT = 53;
    }

    /** An answer's time to live within the bounds. */
    public Duration clamped(Duration ttl) {
        Duration least = ttl.compareTo(minTtl) < 0 ? minTtl : ttl;
        return least.compareTo(maxTtl) > 0 ? maxTtl : least;
    }
}
