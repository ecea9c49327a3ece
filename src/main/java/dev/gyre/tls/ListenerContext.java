package dev.gyre.tls;

import dev.gyre.config.ListenerTls;
import dev.gyre.model.ClientCertificate;
import dev.gyre.model.ClientTls;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.OpenSslServerContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.SimpleKeyManagerFactory;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * TLS of one listener, for all its connections on all event loops, as long as the node runs: certificates and
 * authorities change within it, so that sessions go on.
 */
public final class ListenerContext {

    private static final ApplicationProtocolConfig HTTP_1 = new ApplicationProtocolConfig(Protocol.ALPN,
            SelectorFailureBehavior.NO_ADVERTISE, SelectedListenerFailureBehavior.ACCEPT,
            ApplicationProtocolNames.HTTP_1_1);
    /** Of TLS 1.2, those with forward secrecy and authenticated encryption (RFC 9325, section 4.2). */
    private static final List<String> SUITES = List.of(
            "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");
    private static final byte[] SESSIONS = "gyre".getBytes(StandardCharsets.US_ASCII);
    /** How long a session may be resumed; the keys of its tickets live as long as the process. */
    private static final Duration SESSION = Duration.ofHours(2);

    private final SslContext context;
    private final ServedCertificates certificates;
    private final Duration timeout;
    private final boolean openSsl;

    /** @param clients who may sign the certificates of clients; there if the settings ask for such */
    ListenerContext(ListenerTls settings, ServedCertificates certificates,
            Optional<ClientAuthorities> clients, SslProvider engine) throws SSLException {
        this.certificates = certificates;
        this.timeout = settings.handshakeTimeout();
        this.openSsl = engine != SslProvider.JDK;
        SslContextBuilder builder = SslContextBuilder.forServer(keys(certificates, openSsl))
                .sslProvider(engine)
                .protocols(settings.minVersion().equals("1.3") ? List.of("TLSv1.3")
                        : List.of("TLSv1.3", "TLSv1.2"))
                .ciphers(SUITES).applicationProtocolConfig(HTTP_1).sessionTimeout(SESSION.toSeconds());
        if (settings.clients().isPresent()) {
            boolean required = settings.clients().get().require();
            builder.trustManager(clients.orElseThrow())
                    .clientAuth(required ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL);
        }
        SslContext built = builder.build();
        this.context = built;
        BackendContext.CLEANER.register(this, () -> ReferenceCountUtil.release(built));
        if (context instanceof OpenSslServerContext server) {
            server.sessionContext().setSessionIdContext(SESSIONS);
        }
    }

    /** Holds no context: what is outside the heap goes when nobody has the context any more. */
    private static KeyManagerFactory keys(ServedCertificates from, boolean openSsl) {
        SimpleKeyManagerFactory factory = new SimpleKeyManagerFactory() {

            @Override
            protected void engineInit(KeyStore store, char[] password) {
                throw new IllegalStateException("the keys are there");
            }

            @Override
            protected void engineInit(ManagerFactoryParameters parameters) {
                throw new IllegalStateException("the keys are there");
            }

            @Override
            protected KeyManager[] engineGetKeyManagers() {
                return new KeyManager[] {from};
            }
        };
        // Otherwise OpenSSL would parse key and chain in every handshake.
        return openSsl ? new OpenSslCachingX509KeyManagerFactory(factory) : factory;
    }

    /** From the beginning of a connection to the end of its handshake. */
    public Duration timeout() {
        return timeout;
    }

    /** Whether a client that asks for this name, or for none, is to have a handshake. */
    public boolean serves(Optional<String> name) {
        return certificates.serves(name);
    }

    /**
     * For one connection; it sets no timeout.
     *
     * @param clientHello what the client said
     */
    public SslHandler handler(ByteBuf clientHello) throws SSLException {
        SslHandler handler = context.newHandler(ByteBufAllocator.DEFAULT);
        handler.setHandshakeTimeoutMillis(0);
        if (openSsl) {
            ClientSuites.tell(handler.engine(), clientHello.nioBuffer());
        }
        return handler;
    }

    /** What a finished handshake has come to. */
    public static ClientTls agreed(SSLEngine engine, Optional<String> serverName) {
        SSLSession session = engine.getSession();
        return new ClientTls(session.getProtocol(), session.getCipherSuite(), serverName,
                certificate(session));
    }

    /** Whether a handshake failed because the client's certificate is missing or not good. */
    public static boolean wantsCertificate(Throwable cause) {
        for (Throwable inner = cause; inner != null; inner = inner.getCause()) {
            String message = String.valueOf(inner.getMessage());
            if (inner instanceof CertificateException || message.contains("PEER_DID_NOT_RETURN_A_CERTIFICATE")
                    || message.contains("Empty client certificate chain")) {
                return true;
            }
        }
        return false;
    }

    private static Optional<ClientCertificate> certificate(SSLSession session) {
        try {
            Certificate[] shown = session.getPeerCertificates();
            return shown.length > 0 && shown[0] instanceof X509Certificate first
                    ? Optional.of(ClientNames.of(first)) : Optional.empty();
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }
}
