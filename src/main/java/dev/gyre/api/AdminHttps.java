package dev.gyre.api;

import dev.gyre.config.ListenerTls.ClientCertificates;
import dev.gyre.config.Settings.AdminSettings;
import dev.gyre.tls.CertificateSources;
import dev.gyre.tls.CertificateWatch;
import dev.gyre.tls.ClientAuthorities;
import dev.gyre.tls.ServedCertificates;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** The TLS of the admin port, and the callers that present a certificate there. */
final class AdminHttps {

    private final ServedCertificates served;
    private final Optional<ClientAuthorities> clients;
    private final boolean required;

    private AdminHttps(ServedCertificates served, Optional<ClientAuthorities> clients, boolean required) {
        this.served = served;
        this.clients = clients;
        this.required = required;
    }

    /** @param certificates has those of {@link CertificateSources#ADMIN}, if the port has TLS */
    static Optional<AdminHttps> of(AdminSettings settings, CertificateWatch certificates) {
        return settings.tls().map(tls -> new AdminHttps(certificates.served(CertificateSources.ADMIN),
                certificates.clients(CertificateSources.ADMIN),
                tls.clients().map(ClientCertificates::require).orElse(false)));
    }

    /** With this TLS; only HTTP/1.1 is spoken. */
    HttpServerOptions in(HttpServerOptions options) {
        clients.ifPresent(authorities -> options.setTrustOptions(TrustOptions.wrap(authorities))
                .setClientAuth(required ? ClientAuth.REQUIRED : ClientAuth.REQUEST));
        return options.setSsl(true).setUseAlpn(false).setKeyCertOptions(KeyCertOptions.wrap(served))
                .setEnabledSecureTransportProtocols(Set.of("TLSv1.2", "TLSv1.3"));
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
