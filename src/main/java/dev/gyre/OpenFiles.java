package dev.gyre;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.gyre.model.Topology;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import java.util.OptionalLong;

/** Whether the limit of open files allows what the pools are configured for. */
final class OpenFiles {

    /** The jar, libraries, event loops, listeners, logs and the data directory. */
    private static final long OWN = 256;

    private OpenFiles() {
    }

    static OptionalLong limit() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? OptionalLong.of(unix.getMaxFileDescriptorCount()) : OptionalLong.empty();
    }

    /** Each connection to a backend has a client's connection before it. */
    static long needed(Topology topology) {
        long connections = topology.services().values().stream()
                .mapToLong(s -> (long) s.policy().pool().maxConnections() * s.backends().size()).sum();
        return OWN + 2 * connections;
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
