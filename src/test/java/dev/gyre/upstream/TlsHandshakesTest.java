package dev.gyre.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Pki;
import dev.gyre.kit.SslServer;
import dev.gyre.loop.Loop;
import dev.gyre.loop.LoopAccess;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendTls;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Failure;
import dev.gyre.model.Scheme;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Timeouts;
import dev.gyre.tls.BackendContexts;
import dev.gyre.tls.TlsAccess;
import io.netty.handler.ssl.SslProvider;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A backend that cannot prove who it is gets no byte of a request, and the operator learns why. */
@ExtendWith(VertxExtension.class)
class TlsHandshakesTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    static Path directory;
    private static Pki pki;
    private static Pki other;
    private static Pki.Pair good;

    private Loop loop;

    @BeforeAll
    static void issue() throws Exception {
        pki = Pki.in(directory.resolve("pki"));
        other = Pki.in(directory.resolve("other"));
        good = pki.issue("good", 5, "DNS:app.example", "DNS:*.apps.example", "IP:127.0.0.1");
    }

    @BeforeEach
    void oneLoop(Vertx vertx) {
        loop = LoopAccess.start(vertx);
    }

    private static BackendTls trusting(Path ca) {
        return new BackendTls(ca.toString(), Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(), Optional.empty(), false);
    }

    private static BackendId at(String url) {
        return new BackendId("web", BackendUrl.parse(url));
    }

    /** What comes of a connection: "open", or how it failed and why. */
    private String opened(SslProvider engine, BackendTls settings, BackendId to, Duration within)
            throws Exception {
        BackendContexts contexts = TlsAccess.contexts(engine);
        ServicePolicy policy = ServicePolicy.DEFAULT.with(settings)
                .with(new Timeouts(within, LONG, LONG, Optional.empty()));
        CompletableFuture<String> result = new CompletableFuture<>();
        loop.execute(() -> new Http1Connector(contexts).connect(loop, to, policy).onComplete(
                connection -> {
                    connection.belongsTo(new Nobody());
                    connection.close();
                    result.complete("open");
                },
                cause -> {
                    Failure failure = ConnectFailures.of(cause);
                    result.complete(failure.word() + ": "
                            + ConnectFailures.details(failure, to, within, cause));
                }));
        return result.get(20, TimeUnit.SECONDS);
    }

    private String opened(SslProvider engine, BackendTls settings, SslServer server) throws Exception {
        return opened(engine, settings, at(server.url()), LONG);
    }

    private static final class Nobody implements BackendConnection.Owner {

        @Override
        public void streamEnded() {
        }

        @Override
        public void changed() {
        }

        @Override
        public void closed() {
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL_REFCNT"})
    void aCertificateOfATrustedAuthority(SslProvider engine) throws Exception {
        for (String version : new String[] {"-tls1_2", "-tls1_3"}) {
            try (SslServer server = SslServer.start(good, version)) {
                assertThat(opened(engine, trusting(pki.ca()), server)).isEqualTo("open");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL_REFCNT"})
    void anUnknownAuthority(SslProvider engine) throws Exception {
        try (SslServer server = SslServer.start(good)) {
            assertThat(opened(engine, trusting(other.ca()), server))
                    .isEqualTo("tls-certificate: web/" + server.url()
                            + ": unknown authority: signed by CN=ca");
            assertThat(opened(engine, BackendTls.DEFAULT, server)).as("the system's trust")
                    .contains("unknown authority: signed by CN=ca");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL_REFCNT"})
    void aCertificateThatIsSelfSigned(SslProvider engine) throws Exception {
        Pki.Pair own = pki.selfSigned("self", 5, "IP:127.0.0.1");
        try (SslServer server = SslServer.start(own)) {
            assertThat(opened(engine, trusting(pki.ca()), server))
                    .startsWith("tls-certificate: ").endsWith("unknown authority: self-signed by CN=self");
            assertThat(opened(engine, trusting(own.cert()), server)).isEqualTo("open");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL_REFCNT"})
    void anExpiredCertificate(SslProvider engine) throws Exception {
        try (SslServer server = SslServer.start(pki.issue("expired", -1, "IP:127.0.0.1"))) {
            assertThat(opened(engine, trusting(pki.ca()), server)).startsWith("tls-certificate: ")
                    .containsPattern("certificate expired on 20..-..-..T");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL_REFCNT"})
    void anotherName(SslProvider engine) throws Exception {
        Pki.Pair own = pki.issue("named", 5, "DNS:a.example", "DNS:b.example");
        try (SslServer server = SslServer.start(own)) {
            assertThat(opened(engine, trusting(pki.ca()), server)).startsWith("tls-certificate: ")
                    .endsWith("no name matches: found a.example, b.example; expected 127.0.0.1");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL_REFCNT"})
    void theNameOfTheUrlThoughAnAddressIsConnectedTo(SslProvider engine) throws Exception {
        try (SslServer server = SslServer.start(good)) {
            for (String name : new String[] {"app.example", "x.apps.example", "X.APPS.example."}) {
                assertThat(opened(engine, trusting(pki.ca()), named(name, server), LONG)).as(name)
                        .isEqualTo("open");
            }
            for (String name : new String[] {"ca", "good", "apps.example", "a.b.apps.example",
                "my_app.example"}) {
                assertThat(opened(engine, trusting(pki.ca()), named(name, server), LONG)).as(name)
                        .endsWith("; expected " + name);
            }
        }
    }

    private static BackendId named(String name, SslServer server) {
        return new BackendId("web", new BackendUrl(Scheme.HTTPS, name, server.port()),
                Optional.of("127.0.0.1"));
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL_REFCNT"})
    void anOldVersion(SslProvider engine) throws Exception {
        try (SslServer server = SslServer.start(good, "-tls1", "-cipher", "DEFAULT@SECLEVEL=0")) {
            assertThat(opened(engine, trusting(pki.ca()), server))
                    .isEqualTo("tls-alert: web/" + server.url()
                            + ": the backend sent the alert protocol_version");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL_REFCNT"})
    void noCertificateOfThisNodeForABackendThatWantsOne(SslProvider engine) throws Exception {
        try (SslServer server = SslServer.start(good, "-tls1_2", "-Verify", "1", "-CAfile",
                pki.ca().toString(), "-verify_return_error")) {
            assertThat(opened(engine, trusting(pki.ca()), server)).startsWith("tls-alert: ")
                    .contains("the backend sent the alert ");
        }
    }

    /** Takes connections, reads something of each, and does this with it. */
    private static ServerSocket raw(Sender sender) throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(() -> {
            try {
                while (true) {
                    Socket taken = server.accept();
                    taken.getInputStream().read();
                    sender.send(taken);
                }
            } catch (IOException e) {
                // The test has ended.
            }
        });
        thread.setDaemon(true);
        thread.start();
        return server;
    }

    @FunctionalInterface
    private interface Sender {

        void send(Socket to) throws IOException;
    }

    private static BackendId at(ServerSocket server) {
        return at("https://127.0.0.1:" + server.getLocalPort());
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL_REFCNT"})
    void plainHttpOnThePort(SslProvider engine) throws Exception {
        byte[] answer = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII);
        try (ServerSocket server = raw(to -> to.getOutputStream().write(answer))) {
            assertThat(opened(engine, trusting(pki.ca()), at(server), LONG))
                    .startsWith("tls-protocol: ").endsWith("what the backend sends is not TLS");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL_REFCNT"})
    void aPeerThatClosesInTheHandshake(SslProvider engine) throws Exception {
        try (ServerSocket server = raw(Socket::close)) {
            assertThat(opened(engine, trusting(pki.ca()), at(server), LONG)).startsWith("tls-protocol: ");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL_REFCNT"})
    void aSilentPeer(SslProvider engine) throws Exception {
        try (ServerSocket server = raw(to -> { })) {
            assertThat(opened(engine, trusting(pki.ca()), at(server), Duration.ofMillis(100)))
                    .isEqualTo("connect-timeout: no TLS handshake with web/" + at(server).url()
                            + " within 100ms");
        }
    }
}
