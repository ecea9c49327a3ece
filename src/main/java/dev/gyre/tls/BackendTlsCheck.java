package dev.gyre.tls;

import dev.gyre.model.BackendTls;
import dev.gyre.model.Service;
import dev.gyre.model.Topology;
import io.netty.handler.ssl.SslProvider;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Judges the files that the TLS settings of services name, as a node that reads them would. Blocks. */
public final class BackendTlsCheck {

    private BackendTlsCheck() {
    }

    /** What keeps the node from its https backends, one line for each service. */
    public static List<String> errors(Topology declared, InstantSource clock) {
        BackendContextReader reader = new BackendContextReader(SslProvider.JDK, clock);
        return withTls(declared).flatMap(service -> error(reader, service.policy().tls())
                .map(error -> "services." + service.name() + ".tls: " + error).stream()).toList();
    }

    private static Optional<String> error(BackendContextReader reader, BackendTls settings) {
        try {
            reader.context(settings, BackendFiles.read(settings));
            return Optional.empty();
        } catch (UnusableCertificate e) {
            return Optional.of(e.getMessage());
        }
    }

    /** What hardly anybody means. */
    public static List<String> warnings(Topology declared) {
        return withTls(declared).filter(service -> service.policy().tls().insecure())
                .map(service -> "warning: services." + service.name() + ".tls.insecure: true, so that anybody"
                        + " between this node and the backends can read and change requests").toList();
    }

    private static Stream<Service> withTls(Topology declared) {
        return declared.services().values().stream().filter(BackendContexts::usesTls);
    }
}
