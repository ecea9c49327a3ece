package dev.gyre.api;

import dev.gyre.config.AdminTls;
import dev.gyre.config.ListenerTls.CertificatePair;
import dev.gyre.config.ListenerTls.ClientCertificates;
import dev.gyre.tls.CertificateFiles;
import dev.gyre.tls.CertificateFiles.Pair;
import dev.gyre.tls.CertificateStore;
import dev.gyre.tls.ClientAuthorities;
import dev.gyre.tls.ServedCertificates;
import dev.gyre.tls.UnknownName;
import dev.gyre.tls.UnusableCertificate;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TLS of the admin port: its certificate, and the authorities of its clients, as they are in their files.
 * Files are read again by {@link #look}; unusable ones leave what was read before.
 */
final class AdminTlsFiles {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.admin");

    private final CertificateStore store;
    private final ServedCertificates served;
    private final Optional<ClientAuthorities> clients;
    private final boolean required;
    /** What was wrong with the files at the last look. */
    private List<String> faults = List.of();

    private AdminTlsFiles(CertificateStore store, ServedCertificates served,
            Optional<ClientAuthorities> clients, boolean required) {
        this.store = store;
        this.served = served;
        this.clients = clients;
        this.required = required;
    }

    /** Reads the files, and blocks meanwhile. */
    static AdminTlsFiles open(AdminTls settings, InstantSource clock) throws AdminUnavailable {
        CertificatePair files = settings.pair();
        Pair pair = new Pair(Path.of(files.cert()), Path.of(files.key()), files.password());
        CertificateStore store = new CertificateStore(
                new CertificateFiles(List.of(pair), Optional.empty()), UnknownName.FIRST, clock);
        CertificateStore.Look first = store.look();
        if (first.changed().isEmpty()) {
            throw new AdminUnavailable("admin.tls: " + String.join("; ", reasons(first)));
        }
        try {
            Optional<ClientAuthorities> clients = settings.clients().isPresent()
                    ? Optional.of(ClientAuthorities.in(Path.of(settings.clients().get().ca())))
                    : Optional.empty();
            return new AdminTlsFiles(store, new ServedCertificates(first.changed().get()), clients,
                    settings.clients().map(ClientCertificates::require).orElse(false));
        } catch (UnusableCertificate e) {
            throw new AdminUnavailable("admin.tls.clients.ca: " + e.getMessage());
        }
    }

    private static List<String> reasons(CertificateStore.Look look) {
        return look.faults().stream().map(CertificateStore.Fault::reason).toList();
    }

    /** With this TLS; only HTTP/1.1 is spoken. */
    HttpServerOptions in(HttpServerOptions options) {
        clients.ifPresent(authorities -> options.setTrustOptions(TrustOptions.wrap(authorities))
                .setClientAuth(required ? ClientAuth.REQUIRED : ClientAuth.REQUEST));
        return options.setSsl(true).setUseAlpn(false).setKeyCertOptions(KeyCertOptions.wrap(served))
                .setEnabledSecureTransportProtocols(Set.of("TLSv1.2", "TLSv1.3"));
    }

    /** Reads the files again, and blocks meanwhile; on one thread at a time. */
    void look() {
        CertificateStore.Look look = store.look();
        look.changed().ifPresent(changed -> {
            served.serve(changed);
            LOG.info("admin certificate replaced until={}", changed.all().get(0).until());
        });
        List<String> found = new ArrayList<>(reasons(look));
        try {
            if (clients.isPresent() && clients.get().look()) {
                LOG.info("admin client authorities replaced");
            }
        } catch (UnusableCertificate e) {
            found.add(e.getMessage());
        }
        found.stream().filter(fault -> !faults.contains(fault)).forEach(fault ->
                LOG.warn("admin TLS file unusable, keeping what was read before: {}", fault));
        faults = List.copyOf(found);
    }

    /** Callers without a certificate are refused in the handshake. */
    boolean required() {
        return required;
    }

    /** A certificate stands for a token. */
    boolean takesCertificates() {
        return clients.isPresent();
    }

    /**
     * The name in the certificate that the client has presented, if it is valid at this moment: since the
     * handshake it may have expired, or its authority may be trusted no more.
     */
    Optional<String> client(SSLSession session) {
        if (clients.isEmpty()) {
            return Optional.empty();
        }
        try {
            X509Certificate[] chain = List.of(session.getPeerCertificates())
                    .toArray(X509Certificate[]::new);
            clients.get().checkClientTrusted(chain, chain[0].getPublicKey().getAlgorithm());
            return Optional.of(name(chain[0].getSubjectX500Principal().getName()));
        } catch (SSLPeerUnverifiedException | CertificateException e) {
            return Optional.empty();
        }
    }

    /** The common name; without one, the whole subject. */
    private static String name(String subject) {
        try {
            return new LdapName(subject).getRdns().stream()
                    .filter(rdn -> rdn.getType().equalsIgnoreCase("CN")).map(Rdn::getValue)
                    .map(Object::toString).findFirst().orElse(subject);
        } catch (InvalidNameException e) {
            return subject;
        }
    }
}
