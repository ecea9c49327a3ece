package dev.gyre;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.gyre.model.Topology;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import java.util.OptionalLong;

/** The limit of open files: whether it allows the configured pools, and how many clients. */
final class OpenFiles {

    /** The jar, libraries, event loops, listeners, logs and the data directory. */
    private static final long OWN = 256;
    /** Clients, if the system has no limit, or does not show it. */
    private static final int UNKNOWN = 100_000;
    private static final int MOST = 10_000_000;

    private OpenFiles() {
    }

    static OptionalLong limit() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? OptionalLong.of(unix.getMaxFileDescriptorCount()) : OptionalLong.empty();
    }

    /** Connections of clients that it allows with all pools full, at least half of it. */
    static int clients(Topology topology, OptionalLong limit) {
        if (limit.isEmpty()) {
            return UNKNOWN;
        }
        long left = limit.getAsLong() - OWN - backends(topology);
        return (int) Math.min(MOST, Math.max(left, Math.max(1, limit.getAsLong() / 2)));
    }

    /** Each connection to a backend has a client's connection before it. */
    static long needed(Topology topology) {
        return OWN + 2 * backends(topology);
    }

    private static long backends(Topology topology) {
        return topology.services().values().stream()
                .mapToLong(s -> (long) s.policy().pool().maxConnections() * s.backends().size()).sum();
    }

    static Optional<String> warning(Topology topology, OptionalLong limit) {
        long needed = needed(topology);
        if (limit.isEmpty() || limit.getAsLong() >= needed) {
            return Optional.empty();
        }
        return Optional.of("the limit of open files is " + limit.getAsLong() + ", but with every pool full "
                + needed + " are needed: set `ulimit -n " + needed + "` or LimitNOFILE=" + needed);
    }
}
