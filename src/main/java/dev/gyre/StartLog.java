package dev.gyre;

import dev.gyre.config.Settings;
import dev.gyre.config.Listener;
import dev.gyre.model.Backend;
import dev.gyre.model.Limits;
import dev.gyre.model.Service;
import dev.gyre.model.Topology;
import dev.gyre.tls.ListenerContexts;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log lines of a node that begins to serve. */
final class StartLog {

    private static final Logger LOG = LoggerFactory.getLogger("gyre");
    /** Most backends named for a service; a thousand would hide the rest. */
    private static final int NAMED = 10;

    private StartLog() {
    }

    static void write(Settings settings, Limits limits, Topology topology, List<Integer> ports,
            int adminPort, boolean durable) {
        LOG.info("{}, transport {}, TLS by {}", Version.line(), Launcher.transports(),
                ListenerContexts.hasOpenSsl() ? "OpenSSL" : "the JDK");
        int instances = settings.instances().orElse(Runtime.getRuntime().availableProcessors());
        LOG.info("listening on {}, instances {}", listeners(settings.listeners(), ports), instances);
        LOG.info("at most {} connections of clients, {} of one address",
                limits.connections().orElseThrow(), limits.connectionsPerAddress().orElseThrow());
        LOG.info("admin on {}{}{}", settings.admin().tls().isPresent() ? "https://" : "",
                new Listener(settings.admin().host(), adminPort),
                settings.admin().tokens().isEmpty() ? "" : ", with a token");
        topology.services().forEach((name, service) -> LOG.info("service {}: {}", name, of(service)));
        LOG.info("data in {}", durable ? Path.of(settings.data()).toAbsolutePath()
                : "memory only: changes are forgotten at the end");
        LOG.info("compiler: inline limits {}", InlineLimits.state());
        List<String> given = ManagementFactory.getRuntimeMXBean().getInputArguments();
        JvmFlags.missing(given, Runtime.version().feature(), InlineLimits.on())
                .ifPresent(missing ->
                LOG.info("jvm flags missing {}: start Gyre by target/vertx, or set JDK_JAVA_OPTIONS",
                        missing));
        OpenFiles.warning(topology, OpenFiles.limit()).ifPresent(LOG::warn);
        LOG.info("ready after {} ms", uptime().toMillis());
    }

    private static String listeners(List<Listener> listeners, List<Integer> ports) {
        return IntStream.range(0, listeners.size())
                .mapToObj(i -> listeners.get(i).at(ports.get(i)).toString())
                .collect(Collectors.joining(", "));
    }

    private static String of(Service service) {
        if (service.backends().isEmpty()) {
            return "no backend yet";
        }
        String named = service.backends().stream().limit(NAMED).map(StartLog::of)
                .collect(Collectors.joining(", "));
        int more = service.backends().size() - NAMED;
        return more > 0 ? named + " and " + more + " more" : named;
    }

    private static String of(Backend backend) {
        return backend.url() + backend.address().map(address -> " at " + address).orElse("")
                + (backend.weight() == 1 ? "" : " weight " + backend.weight())
                + (backend.draining() ? " draining" : "");
    }

    static Duration uptime() {
        return Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime());
    }
}
