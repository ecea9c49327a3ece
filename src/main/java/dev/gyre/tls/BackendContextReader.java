package dev.gyre.tls;

import dev.gyre.model.BackendTls;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509KeyManager;

/** Makes a {@link BackendContext} of settings and the files that they name. */
final class BackendContextReader {

    private static final ApplicationProtocolConfig HTTP_1 = new ApplicationProtocolConfig(Protocol.ALPN,
            SelectorFailureBehavior.NO_ADVERTISE, SelectedListenerFailureBehavior.ACCEPT,
            ApplicationProtocolNames.HTTP_1_1);
    private static final List<String> VERSIONS = List.of("TLSv1.3", "TLSv1.2");
    /** The key store lives in memory only. */
    private static final char[] NO_PASSWORD = {};

    private final SslProvider engine;
    private final InstantSource clock;

    /** @param engine that carries requests; probes, which are few, have the JDK's */
    BackendContextReader(SslProvider engine, InstantSource clock) {
        this.engine = engine;
        this.clock = clock;
    }

    BackendContext context(BackendTls settings, BackendFiles files) throws UnusableCertificate {
        PeerTrust trust = new PeerTrust(rules(settings, files), clock);
        SslContextBuilder builder = SslContextBuilder.forClient().sslProvider(engine).trustManager(trust)
                .protocols(VERSIONS).applicationProtocolConfig(HTTP_1).endpointIdentificationAlgorithm("");
        ClientSSLOptions probes = new ClientSSLOptions().setTrustOptions(TrustOptions.wrap(trust))
                .setHostnameVerificationAlgorithm("")
                .setEnabledSecureTransportProtocols(Set.copyOf(VERSIONS));
        try {
            if (files.cert().isPresent() && files.key().isPresent()) {
                KeyedCertificate own = KeyedCertificate.pair(files.cert().get(), files.key().get(),
                        files.password().map(file -> file.text().strip()));
                own.judge(clock.instant());
                builder.keyManager(own.key(), own.chain());
                probes.setKeyCertOptions(KeyCertOptions.wrap(keyManager(own)));
            }
            return new BackendContext(settings.name(), builder.build(), probes);
        } catch (SSLException e) {
            throw new UnusableCertificate("no TLS context: " + e.getMessage());
        }
    }

    private static PeerTrust.Rules rules(BackendTls settings, BackendFiles files)
            throws UnusableCertificate {
        // A fingerprint says all: who has the key of that certificate is the backend, by any name.
        return settings.insecure() || settings.fingerprint().isPresent()
                ? new PeerTrust.Rules(Optional.empty(), settings.fingerprint(), Optional.empty(), false)
                : new PeerTrust.Rules(Optional.of(authorities(files)), Optional.empty(), settings.name(),
                        true);
    }

    private static X509ExtendedTrustManager authorities(BackendFiles files) throws UnusableCertificate {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(files.trust().isPresent() ? store(files.trust().get()) : null);
            return (X509ExtendedTrustManager) Arrays.stream(factory.getTrustManagers())
                    .filter(X509ExtendedTrustManager.class::isInstance).findFirst().orElseThrow();
        } catch (GeneralSecurityException | IOException e) {
            throw new UnusableCertificate(files.trust().map(NamedText::name)
                    .orElse("the JDK's own trust store") + ": cannot be used: " + e.getMessage());
        }
    }

    private static KeyStore store(NamedText file)
            throws GeneralSecurityException, IOException, UnusableCertificate {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        for (Certificate certificate : KeyedCertificate.chain(file)) {
            store.setCertificateEntry("" + store.size(), certificate);
        }
        return store;
    }

    private static X509KeyManager keyManager(KeyedCertificate own) throws UnusableCertificate {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, NO_PASSWORD);
            store.setKeyEntry("own", own.key(), NO_PASSWORD, own.chain().toArray(Certificate[]::new));
            KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
            factory.init(store, NO_PASSWORD);
            return (X509KeyManager) factory.getKeyManagers()[0];
        } catch (GeneralSecurityException | IOException e) {
            throw new UnusableCertificate(own.source() + ": cannot be used: " + e.getMessage());
        }
    }
}
