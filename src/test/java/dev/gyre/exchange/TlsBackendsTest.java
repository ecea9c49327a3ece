package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gyre.config.Listener;
import dev.gyre.config.Settings.ForwardingSettings;
import dev.gyre.kit.Await;
import dev.gyre.kit.Nginx;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Pki;
import dev.gyre.kit.ProblemAnswer;
import dev.gyre.kit.SslServer;
import dev.gyre.kit.Wire;
import dev.gyre.listener.ListenerPolicy;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendStats;
import dev.gyre.model.BackendTls;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Limits;
import dev.gyre.model.Route;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Topology;
import dev.gyre.tls.TlsAccess;
import dev.gyre.upstream.SelectionContext;
import dev.gyre.upstream.StickyKey;
import io.netty.handler.ssl.SslProvider;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Backends within TLS serve as those in clear text do, and an end that nobody has said is none. */
class TlsBackendsTest {

    @TempDir
    static Path directory;
    private static Pki pki;
    private static Pki.Pair good;
    private static Pki.Pair own;

    private final Vertx vertx = Vertx.vertx();
    private Proxy proxy;

    @BeforeAll
    static void issue() throws Exception {
        pki = Pki.in(directory);
        good = pki.issue("good", 5, "IP:127.0.0.1", "DNS:app.example");
        own = pki.issue("node", 5, "DNS:node.example");
    }

    @AfterEach
    void close() {
        vertx.close().await();
    }

    private static BackendTls trusting() {
        return new BackendTls(pki.ca().toString(), Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(), false);
    }

    private static BackendTls as(Pki.Pair own) {
        return new BackendTls(pki.ca().toString(), Optional.empty(), Optional.empty(),
                Optional.of(own.cert().toString()), Optional.of(own.key().toString()), Optional.empty(),
                false);
    }

    /** A port before these backends, on one event loop. */
    private Wire client(SslProvider engine, BackendTls tls, String... urls) throws Exception {
        proxy = new Proxy(vertx, new ListenerPolicy(ForwardingSettings.DEFAULT, Limits.DEFAULT.within(1000),
                "1"), new SelectionContext(Optional.empty(), new StickyKey(new byte[] {1}),
                InstantSource.system(), () -> new Random(1)), TlsAccess.contexts(engine),
                Duration.ofSeconds(1), ProxyObservers.none());
        vertx.deployVerticle(context -> proxy.deploy(1)).await();
        show(tls, urls);
        return Wire.to(proxy.listen(List.of(new Listener("127.0.0.1", 0))).await().get(0));
    }

    private void show(BackendTls tls, String... urls) {
        List<Backend> backends = Arrays.stream(urls).map(url -> new Backend(BackendUrl.parse(url), 1, false,
                dev.gyre.model.Origin.CONFIG)).toList();
        Service web = new Service("web", ServicePolicy.DEFAULT.with(tls), backends,
                dev.gyre.model.Origin.CONFIG);
        proxy.apply(new Topology(Map.of("web", web),
                List.of(new Route("*", "/*", "web", dev.gyre.model.Origin.CONFIG)), "v" + urls.length));
    }

    private BackendStats stats() {
        return proxy.stats().await().values().iterator().next();
    }

    @ParameterizedTest
    @CsvSource({"JDK, TLSv1.2", "JDK, TLSv1.3", "OPENSSL_REFCNT, TLSv1.2", "OPENSSL_REFCNT, TLSv1.3"})
    void aKeptConnectionCarriesManyRequests(SslProvider engine, String version) throws Exception {
        Path files = Files.createDirectories(directory.resolve("files"));
        byte[] large = new byte[5 << 20];
        new Random(7).nextBytes(large);
        Files.write(files.resolve("large"), large);
        try (Nginx nginx = Nginx.start(directory.resolve("nginx"), good, """
                ssl_protocols %s;
                location / { return 200 "$connection $ssl_protocol $ssl_alpn_protocol"; }
                location /large { root %s; }
                """.formatted(version, files.toAbsolutePath()));
             Wire client = client(engine, trusting(), nginx.url())) {
            Set<String> said = new HashSet<>();
            for (int i = 0; i < 20; i++) {
                said.add(client.get("/" + i).readAnswer().body());
            }
            assertThat(said).as("tickets that come later are no answer to anything").hasSize(1);
            assertThat(said.iterator().next()).matches("\\d+ " + version + " http/1.1");
            for (int i = 0; i < 3; i++) {
                assertThat(client.get("/large").readAnswer().body().getBytes(StandardCharsets.ISO_8859_1))
                        .isEqualTo(large);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL_REFCNT"})
    void bodiesBothWays(SslProvider engine) throws Exception {
        char[] body = new char[3 << 20];
        for (int i = 0; i < body.length; i++) {
            body[i] = (char) ('a' + i % 23);
        }
        try (Origin origin = Origin.of(Origin.Exchange::echo).within(good.server());
             Wire client = client(engine, trusting(), origin.url())) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.post("/", new String(body)).readAnswer().body())
                        .isEqualTo(new String(body));
            }
            client.write("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
            assertThat(client.readAnswer().body()).isEqualTo("abcde");
            assertThat(origin.accepted()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"JDK, TLSv1.2", "JDK, TLSv1.3", "OPENSSL_REFCNT, TLSv1.2", "OPENSSL_REFCNT, TLSv1.3"})
    void sessionsAreResumed(SslProvider engine, String version) throws Exception {
        try (Nginx nginx = Nginx.start(directory.resolve("resumed"), good, """
                ssl_protocols %s;
                keepalive_timeout 0;
                location / { return 200 "$ssl_session_reused"; }
                """.formatted(version));
             Wire client = client(engine, trusting(), nginx.url())) {
            assertThat(client.get("/").readAnswer().body()).isEqualTo(".");
            for (int i = 0; i < 10; i++) {
                assertThat(client.get("/").readAnswer().body()).as("connection " + i).isEqualTo("r");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL_REFCNT"})
    void theOwnCertificateAndTheNameAreShown(SslProvider engine) throws Exception {
        BackendTls named = new BackendTls(pki.ca().toString(), Optional.empty(), Optional.of("app.example"),
                Optional.of(own.cert().toString()), Optional.of(own.key().toString()), Optional.empty(),
                false);
        try (Nginx nginx = Nginx.start(directory.resolve("verifying"), good, """
                ssl_verify_client on;
                ssl_client_certificate %s;
                location / { return 200 "$ssl_client_s_dn $ssl_server_name"; }
                """.formatted(pki.ca().toAbsolutePath()));
             Wire client = client(engine, named, nginx.url())) {
            assertThat(client.get("/").readAnswer().body()).isEqualTo("CN=node app.example");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL_REFCNT"})
    void bothKindsOfBackendInOneService(SslProvider engine) throws Exception {
        try (Origin secret = Origin.saying("within").within(good.server());
             Origin clear = Origin.saying("clear");
             Wire client = client(engine, trusting(), secret.url(), clear.url())) {
            Set<String> said = new HashSet<>();
            for (int i = 0; i < 4; i++) {
                said.add(client.get("/").readAnswer().body());
            }
            assertThat(said).containsExactlyInAnyOrder("within", "clear");
        }
    }

    /** Under TLS 1.3 a backend refuses the certificate, or its absence, after this side has finished. */
    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL_REFCNT"})
    void aLateRefusalIsNoAnswerAndGoesElsewhere(SslProvider engine) throws Exception {
        try (SslServer server = SslServer.start(good, "-tls1_3", "-Verify", "1", "-CAfile",
                pki.ca().toString(), "-verify_return_error");
             Origin clear = Origin.saying("clear")) {
            try (Wire client = client(engine, trusting(), server.url())) {
                ProblemAnswer.check(client.post("/", "body").readAnswer(), 502, "tls_alert_received",
                        "tls-alert");
                show(trusting(), server.url(), clear.url());
                for (int i = 0; i < 4; i++) {
                    assertThat(client.get("/").readAnswer().body()).isEqualTo("clear");
                }
                show(as(own), server.url());
                assertThat(client.get("/").readAnswer().status()).isEqualTo(200);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL_REFCNT"})
    void aFailedHandshakeIsNotTriedAgainThereButElsewhere(SslProvider engine) throws Exception {
        Pki.Pair expired = pki.issue("expired", -1, "IP:127.0.0.1");
        try (Origin old = Origin.saying("old").within(expired.server());
             Origin clear = Origin.saying("clear");
             Wire client = client(engine, trusting(), old.url())) {
            ProblemAnswer.check(client.get("/").readAnswer(), 502, "tls_certificate_error",
                    "tls-certificate");
            assertThat(old.accepted()).isEqualTo(1);
            assertThat(old.requests()).isEmpty();
            assertThat(stats().failures()).isEqualTo(1);
            assertThat(stats().connectFailure().orElseThrow())
                    .startsWith("tls-certificate: web/" + old.url() + ": certificate expired on 20");
            show(trusting(), old.url(), clear.url());
            for (int i = 0; i < 4; i++) {
                assertThat(client.post("/", "body").readAnswer().body()).isEqualTo("clear");
            }
        }
    }

    /** Serves one connection in TLS; what it does then decides what its client must make of it. */
    private static CompletableFuture<String> serve(ServerSocket server, Script script) {
        CompletableFuture<String> outcome = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try (Socket raw = server.accept()) {
                SSLSocket socket = (SSLSocket) good.server().getSocketFactory().createSocket(raw, null,
                        raw.getPort(), false);
                socket.setUseClientMode(false);
                new Wire(socket).readHead();
                outcome.complete(script.answer(raw, socket));
            } catch (Exception e) {
                outcome.complete(e.toString());
            }
        });
        thread.setDaemon(true);
        thread.start();
        return outcome;
    }

    @FunctionalInterface
    private interface Script {

        String answer(Socket raw, SSLSocket within) throws Exception;
    }

    @ParameterizedTest
    @CsvSource({"JDK, false", "JDK, true", "OPENSSL_REFCNT, false", "OPENSSL_REFCNT, true"})
    void anAnswerThatEndsWithTheConnectionIsWholeOnlyIfThatIsSaid(SslProvider engine, boolean said)
            throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            serve(server, (raw, within) -> {
                within.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\nhalf".getBytes());
                if (said) {
                    within.close();
                }
                raw.close();
                return "";
            });
            try (Wire client = client(engine, trusting(), "https://127.0.0.1:" + server.getLocalPort())) {
                client.get("/");
                if (said) {
                    assertThat(client.readAnswer().body()).isEqualTo("half");
                } else {
                    assertThatThrownBy(() -> {
                        Wire.Answer answer = client.readAnswer();
                        assertThat(answer.status()).isEqualTo(502);
                        throw new IOException("said so");
                    }).isInstanceOf(IOException.class);
                }
                Await.until("it has ended", () -> stats().inFlight() == 0);
                assertThat(stats().failures()).isEqualTo(said ? 0 : 1);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL_REFCNT"})
    void anIdleConnectionIsEndedByWord(SslProvider engine) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
             Origin other = Origin.saying("other")) {
            CompletableFuture<String> outcome = serve(server, (raw, within) -> {
                within.getOutputStream().write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes());
                return "read " + within.getInputStream().read();
            });
            try (Wire client = client(engine, trusting(), "https://127.0.0.1:" + server.getLocalPort())) {
                assertThat(client.get("/").readAnswer().body()).isEqualTo("ok");
                show(trusting(), other.url(), other.url().replace("127.0.0.1", "localhost"));
                assertThat(outcome.get(20, TimeUnit.SECONDS)).isEqualTo("read -1");
            }
        }
    }
}
