package dev.gyre.tls;

import dev.gyre.model.Sha256;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Decides whether the certificate of a backend is trusted, and says why not. The rules are those of the JDK
 * but for the name: this class checks it, for the name expected is not always the host that is connected to.
 */
final class PeerTrust extends X509ExtendedTrustManager {

    /**
     * By what a certificate is trusted.
     *
     * @param authorities who may have signed it; empty: anybody
     * @param fingerprint its SHA-256 in hexadecimal digits; empty: any
     * @param name        that it must have; empty: the one that is asked for on each connection
     * @param names       the name is checked at all
     */
    record Rules(Optional<X509ExtendedTrustManager> authorities, Optional<String> fingerprint,
                 Optional<String> name, boolean names) {
    }

    private final Rules rules;
    private final InstantSource clock;

    PeerTrust(Rules rules, InstantSource clock) {
        this.rules = rules;
        this.clock = clock;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        X509Certificate own = chain[0];
        if (rules.fingerprint().isPresent()) {
            pinned(own, rules.fingerprint().get());
        }
        if (rules.authorities().isPresent()) {
            valid(own);
            signed(rules.authorities().get(), chain, authType, engine);
        }
        if (rules.names()) {
            named(own, rules.name().orElseGet(() -> expected(engine)));
        }
    }

    /** A backend that is named is asked for by its name, where a handshake can carry it. */
    private static String expected(SSLEngine engine) {
        List<SNIServerName> sent = engine.getSSLParameters().getServerNames();
        if (sent != null && !sent.isEmpty()) {
            return new String(sent.get(0).getEncoded(), StandardCharsets.US_ASCII);
        }
        String peer = engine.getPeerHost();
        int at = peer.indexOf(BackendContext.AT);
        return at < 0 ? peer : peer.substring(0, at);
    }

    private static void pinned(X509Certificate own, String fingerprint) throws CertificateException {
        String found = fingerprint(own);
        if (!found.equalsIgnoreCase(fingerprint)) {
            throw new UntrustedPeer("the fingerprint does not match: found sha256:" + found
                    + "; expected sha256:" + fingerprint);
        }
    }

    static String fingerprint(X509Certificate certificate) throws CertificateEncodingException {
        return HexFormat.of().formatHex(Sha256.digest().digest(certificate.getEncoded()));
    }

    private void valid(X509Certificate own) throws CertificateException {
        Instant now = clock.instant();
        if (now.isAfter(own.getNotAfter().toInstant())) {
            throw new UntrustedPeer("certificate expired on " + own.getNotAfter().toInstant());
        }
        if (now.isBefore(own.getNotBefore().toInstant())) {
            throw new UntrustedPeer("certificate not valid before " + own.getNotBefore().toInstant());
        }
    }

    private static void signed(X509ExtendedTrustManager by, X509Certificate[] chain, String authType,
            SSLEngine engine) throws CertificateException {
        try {
            by.checkServerTrusted(chain, authType, engine);
        } catch (CertificateException e) {
            throw new UntrustedPeer(reason(e, chain));
        }
    }

    private static String reason(CertificateException refused, X509Certificate[] chain) {
        String last = String.valueOf(refused.getMessage());
        for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
            last = cause.getMessage() == null ? last : cause.getMessage();
            if (cause instanceof CertPathValidatorException path && path.getIndex() >= 0
                    && path.getIndex() < chain.length && path.getReason() == BasicReason.EXPIRED) {
                X509Certificate expired = chain[path.getIndex()];
                return "certificate of " + expired.getSubjectX500Principal() + " expired on "
                        + expired.getNotAfter().toInstant();
            }
        }
        if (!last.contains("unable to find valid certification path") && !last.contains("trust anchor")) {
            return last;
        }
        X509Certificate top = chain[chain.length - 1];
        return chain.length == 1 && top.getSubjectX500Principal().equals(top.getIssuerX500Principal())
                ? "unknown authority: self-signed by " + top.getSubjectX500Principal()
                : "unknown authority: signed by " + top.getIssuerX500Principal();
    }

    private static void named(X509Certificate own, String expected) throws CertificateException {
        Set<String> names = CertificateNames.alternatives(own);
        if (!PeerNames.match(names, expected)) {
            throw new UntrustedPeer("no name matches: found "
                    + (names.isEmpty() ? "no subject alternative name" : String.join(", ", names))
                    + "; expected " + expected);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("a name is checked, which needs an engine");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("a client does not take clients");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("a client does not take clients");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
