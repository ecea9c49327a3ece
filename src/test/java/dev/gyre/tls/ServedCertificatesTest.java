package dev.gyre.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gyre.kit.Openssl;
import dev.gyre.kit.Openssl.Issued;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.KeyManagerFactorySpi;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A client is shown the certificate of the name that it asks for, whichever engine does the handshake. */
class ServedCertificatesTest {

    private static final String[] TLS13 = {"TLSv1.3"};
    private static final String[] TLS12 = {"TLSv1.2"};

    @TempDir
    static Path directory;
    private static Openssl openssl;
    private static KeyedCertificate exact;
    private static KeyedCertificate exactRsa;
    private static KeyedCertificate wildcard;
    private static KeyedCertificate other;
    private static KeyedCertificate renewed;

    @BeforeAll
    static void make() throws Exception {
        openssl = new Openssl(directory);
        Issued ca = openssl.authority("ca");
        exact = read(openssl.issue("exact", ca, "www.example.org", "example.org"));
        exactRsa = read(openssl.issue("rsa", openssl.rsaKey("rsa"), ca, "www.example.org"));
        wildcard = read(openssl.issue("wildcard", ca, "*.example.org"));
        other = read(openssl.issue("other", ca, "other.test"));
        renewed = read(openssl.issue("renewed", ca, "www.example.org", "example.org"));
    }

    private static KeyedCertificate read(Issued issued) throws UnusableCertificate {
        return KeyedCertificate.read(CertificateFiles.text(issued.cert()),
                CertificateFiles.text(issued.key()), Optional.empty());
    }

    static Stream<SslProvider> engines() {
        return OpenSsl.isAvailable() ? Stream.of(SslProvider.JDK, SslProvider.OPENSSL)
                : Stream.of(SslProvider.JDK);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void choosesByTheNameThatIsAskedFor(SslProvider engine) throws Exception {
        ServedCertificates served = served(UnknownName.FIRST, other, exact, wildcard);
        try (Server server = new Server(engine, served)) {
            for (String[] protocols : List.of(TLS12, TLS13)) {
                assertThat(server.shown(protocols, "www.example.org")).isEqualTo(exact.chain().get(0));
                assertThat(server.shown(protocols, "WWW.Example.ORG")).isEqualTo(exact.chain().get(0));
                assertThat(server.shown(protocols, "mail.example.org")).isEqualTo(wildcard.chain().get(0));
                assertThat(server.shown(protocols, "a.mail.example.org")).isEqualTo(other.chain().get(0));
                assertThat(server.shown(protocols, "unknown.test")).isEqualTo(other.chain().get(0));
                assertThat(server.shown(protocols, null)).isEqualTo(other.chain().get(0));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void servesUnknownNamesAsTheNamedOne(SslProvider engine) throws Exception {
        ServedCertificates served = served(UnknownName.as("mail.example.org"), other, exact, wildcard);
        try (Server server = new Server(engine, served)) {
            assertThat(server.shown(TLS13, null)).isEqualTo(wildcard.chain().get(0));
            assertThat(server.shown(TLS12, "unknown.test")).isEqualTo(wildcard.chain().get(0));
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void refusesUnknownNames(SslProvider engine) throws Exception {
        ServedCertificates served = served(UnknownName.REFUSED, exact, wildcard);
        assertThat(served.serves(Optional.of("mail.example.org"))).isTrue();
        assertThat(served.serves(Optional.of("unknown.test"))).isFalse();
        assertThat(served.serves(Optional.empty())).isFalse();
        try (Server server = new Server(engine, served)) {
            for (String[] protocols : List.of(TLS12, TLS13)) {
                assertThatThrownBy(() -> server.shown(protocols, "unknown.test"))
                        .isInstanceOf(SSLException.class);
                assertThatThrownBy(() -> server.shown(protocols, null)).isInstanceOf(SSLException.class);
            }
            assertThat(server.shown(TLS13, "www.example.org")).isEqualTo(exact.chain().get(0));
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void choosesRsaOrEcdsaByWhatTheClientTakes(SslProvider engine) throws Exception {
        for (ServedCertificates served : List.of(served(UnknownName.FIRST, exact, exactRsa),
                served(UnknownName.FIRST, exactRsa, exact))) {
            try (Server server = new Server(engine, served)) {
                assertThat(server.shown(TLS12, "www.example.org", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"))
                        .isEqualTo(exactRsa.chain().get(0));
                assertThat(server.shown(TLS12, "www.example.org", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"))
                        .isEqualTo(exact.chain().get(0));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void servesTheRenewedOneFromOneContext(SslProvider engine) throws Exception {
        ServedCertificates served = served(UnknownName.FIRST, exact, other);
        try (Server server = new Server(engine, served)) {
            assertThat(server.shown(TLS13, "www.example.org")).isEqualTo(exact.chain().get(0));
            served.serve(Certificates.of(List.of(renewed, other), UnknownName.FIRST));
            for (String[] protocols : List.of(TLS12, TLS13)) {
                assertThat(server.shown(protocols, "www.example.org")).isEqualTo(renewed.chain().get(0));
                assertThat(server.shown(protocols, "other.test")).isEqualTo(other.chain().get(0));
            }
        }
    }

    private static ServedCertificates served(UnknownName unknown, KeyedCertificate... all) {
        return new ServedCertificates(Certificates.of(List.of(all), unknown));
    }

    /** One context for all handshakes. */
    private static final class Server implements AutoCloseable {

        private final SslContext context;

        Server(SslProvider engine, ServedCertificates served) throws SSLException {
            KeyManagerFactory factory = new Factory(served);
            context = SslContextBuilder.forServer(engine == SslProvider.OPENSSL
                    ? new OpenSslCachingX509KeyManagerFactory(factory) : factory)
                    .sslProvider(engine).protocols("TLSv1.2", "TLSv1.3").build();
        }

        /**
         * The certificate that a client of the JDK is shown.
         *
         * @param name    that it asks for; null for none
         * @param suites that it takes; none: all
         */
        X509Certificate shown(String[] protocols, String name, String... suites) throws Exception {
            SSLContext clients = SSLContext.getInstance("TLS");
            clients.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
            SSLEngine client = clients.createSSLEngine();
            client.setUseClientMode(true);
            SSLParameters parameters = client.getSSLParameters();
            parameters.setProtocols(protocols);
            if (name != null) {
                parameters.setServerNames(List.of(new SNIHostName(name)));
            }
            if (suites.length > 0) {
                parameters.setCipherSuites(suites);
            }
            client.setSSLParameters(parameters);
            SSLEngine server = context.newEngine(UnpooledByteBufAllocator.DEFAULT);
            server.setUseClientMode(false);
            ClientSuites.tell(server, hello(suites));
            try {
                shake(client, server);
                return (X509Certificate) client.getSession().getPeerCertificates()[0];
            } finally {
                ReferenceCountUtil.release(server);
            }
        }

        /** As much of the first message as comes before the end of its suites; none: those of TLS 1.3. */
        private static ByteBuffer hello(String... suites) {
            ByteBuffer hello = ByteBuffer.allocate(64).position(34).put((byte) 3).put(new byte[3]);
            int suite = suites.length == 0 ? 0x1301 : suites[0].contains("ECDSA") ? 0xC02B : 0xC02F;
            // A value that means nothing comes first, as of Chrome.
            return hello.putShort((short) 4).putShort((short) 0x1A1A).putShort((short) suite).flip();
        }

        private static void shake(SSLEngine client, SSLEngine server) throws SSLException {
            ByteBuffer toServer = ByteBuffer.allocateDirect(1 << 18);
            ByteBuffer toClient = ByteBuffer.allocateDirect(1 << 18);
            client.beginHandshake();
            server.beginHandshake();
            for (int i = 0; i < 100 && (!done(client) || !done(server)); i++) {
                step(client, toClient, toServer);
                step(server, toServer, toClient);
            }
            assertThat(done(client) && done(server)).as("handshake is over").isTrue();
        }

        private static boolean done(SSLEngine engine) {
            return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING
                    || engine.getHandshakeStatus() == HandshakeStatus.FINISHED;
        }

        private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
            ByteBuffer plain = ByteBuffer.allocateDirect(1 << 16);
            boolean moved = true;
            while (moved) {
                Runnable task = engine.getDelegatedTask();
                if (task != null) {
                    task.run();
                    continue;
                }
                if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                    moved = engine.wrap(ByteBuffer.allocate(0), out).bytesProduced() > 0;
                } else {
                    in.flip();
                    SSLEngineResult read = engine.unwrap(in, plain);
                    in.compact();
                    moved = read.bytesConsumed() > 0
                            || engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK;
                }
            }
        }

        @Override
        public void close() {
            ReferenceCountUtil.release(context);
        }
    }

    private static final class Factory extends KeyManagerFactory {

        Factory(ServedCertificates served) {
            super(new KeyManagerFactorySpi() {
                @Override
                protected void engineInit(KeyStore store, char[] password) {
                }

                @Override
                protected void engineInit(ManagerFactoryParameters parameters) {
                }

                @Override
                protected KeyManager[] engineGetKeyManagers() {
                    return new KeyManager[] {served};
                }
            }, new Provider("gyre", "1", "") { }, "gyre");
        }
    }
}
