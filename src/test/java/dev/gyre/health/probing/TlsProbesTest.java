package dev.gyre.health.probing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Nginx;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Pki;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendTls;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.HealthPolicy;
import dev.gyre.model.Probe;
import dev.gyre.model.ServicePolicy;
import dev.gyre.tls.BackendContexts;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Probes of a backend within TLS check, and show, what requests do. */
class TlsProbesTest {

    private static final List<Probe> PROBES = List.of(Probe.Http.DEFAULT, new Probe.Tcp(Optional.empty()));

    @TempDir
    static Path directory;
    private static Pki pki;
    private static Pki.Pair own;

    private final Vertx vertx = Vertx.vertx();
    private final NetworkProber prober =
            new NetworkProber(vertx, BackendContexts.on(Runnable::run, InstantSource.system()));

    @BeforeAll
    static void issue() throws Exception {
        pki = Pki.in(directory);
        own = pki.issue("node", 5);
    }

    @AfterEach
    void close() {
        prober.close();
        vertx.close().await();
    }

    private static BackendTls trusting(Optional<String> name) {
        return new BackendTls(pki.ca().toString(), Optional.empty(), name, Optional.of(own.cert().toString()),
                Optional.of(own.key().toString()), Optional.empty(), false);
    }

    private String probed(BackendId to, Probe probe, Optional<String> name) {
        HealthPolicy health =
                new HealthPolicy(probe, Duration.ofSeconds(5), Duration.ofSeconds(10), 1, 1, 0);
        return prober.probe(to, ServicePolicy.DEFAULT.with(health).with(trusting(name))).await().toString();
    }

    private static BackendId at(String url) {
        return new BackendId("web", BackendUrl.parse(url));
    }

    @Test
    void trustNameAndTheOwnCertificate() throws Exception {
        Pki.Pair good = pki.issue("good", 5, "IP:127.0.0.1", "DNS:app.example");
        try (Nginx nginx = Nginx.start(directory.resolve("nginx"), good, """
                ssl_verify_client on;
                ssl_client_certificate %s;
                location / { return 200 "ok"; }
                """.formatted(pki.ca().toAbsolutePath()))) {
            for (Probe probe : PROBES) {
                assertThat(probed(at(nginx.url()), probe, Optional.empty())).startsWith("Passed");
                assertThat(probed(at(nginx.url()), probe, Optional.of("app.example"))).startsWith("Passed");
                assertThat(probed(at(nginx.url()), probe, Optional.of("b.example")))
                        .contains("no name matches: found 127.0.0.1, app.example; expected b.example");
                assertThat(probed(resolved("app.example", nginx.port()), probe, Optional.empty()))
                        .startsWith("Passed");
                assertThat(probed(resolved("app", nginx.port()), probe, Optional.empty()))
                        .contains("no name matches: found 127.0.0.1, app.example; expected app");
            }
        }
    }

    private static BackendId resolved(String name, int port) {
        return new BackendId("web", BackendUrl.parse("https://" + name + ":" + port),
                Optional.of("127.0.0.1"));
    }

    @Test
    void theReasonWhyNot() throws Exception {
        Pki.Pair expired = pki.issue("expired", -1, "IP:127.0.0.1");
        try (Origin origin = Origin.saying("x").within(expired.server())) {
            for (Probe probe : PROBES) {
                assertThat(probed(at(origin.url()), probe, Optional.empty()))
                        .contains("Failed", "certificate expired on 20");
            }
        }
    }
}
