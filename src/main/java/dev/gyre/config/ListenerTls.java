package dev.gyre.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * TLS of a listener.
 *
 * @param certificates     pairs of files
 * @param directory        of further pairs; at least one of the two is given
 * @param fallback         the name whose certificate clients get that ask for no name or an unknown one;
 *                         empty: the first certificate; {@link #REFUSE}: none
 * @param minVersion       {@code 1.2} or {@code 1.3}
 * @param clients          certificates that clients show; empty: none are asked for
 * @param handshakeTimeout from the connection's beginning to the end of its handshake
 * @param hsts             what answers say about clear text; empty: nothing
 */
public record ListenerTls(List<CertificatePair> certificates, Optional<String> directory,
        Optional<String> fallback, String minVersion, Optional<ClientCertificates> clients,
        Duration handshakeTimeout, Optional<Hsts> hsts) {

    /** In place of a name: a client that asks for no name, or an unknown one, gets no certificate. */
    public static final String REFUSE = "refuse";

    public ListenerTls {
        certificates = List.copyOf(certificates);
    }

    /**
     * A certificate and its key.
     *
     * @param cert     path of the certificate and those that signed it, PEM
     * @param key      path of its private key, PEM
     * @param password of the key; empty: it has none
     */
    public record CertificatePair(String cert, String key, Optional<String> password) {

        @Override
        public String toString() {
            return "CertificatePair[cert=" + cert + ", key=" + key + "]";
        }
    }

    /**
     * Certificates that clients show.
     *
     * @param ca      path of the certificates that sign them, PEM
     * @param require a client without one is refused
     * @param headers the backend learns about them by {@code X-Client-*} as well
     */
    public record ClientCertificates(String ca, boolean require, boolean headers) {
    }

    /**
     * HTTP Strict Transport Security (RFC 6797).
     *
     * @param maxAge     how long browsers keep to https
     * @param subdomains for all names below as well
     * @param preload    the owner asks to be listed by browsers
     */
    public record Hsts(Duration maxAge, boolean subdomains, boolean preload) {
    }
}
