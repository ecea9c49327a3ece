package dev.gyre.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.StandardConstants;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * Chooses the certificate of each handshake by the name that the client asks for. A listener's TLS context
 * has one for all certificates and for its whole life, so that clients still resume their sessions after a
 * certificate was renewed. Thread-safe.
 */
public final class ServedCertificates extends X509ExtendedKeyManager {

    private static final String[] NONE = {};

    /**
     * @param now     those that new handshakes are served with
     * @param byAlias these, and those before them, which handshakes under way may still ask for
     */
    private record Held(Certificates now, Map<String, KeyedCertificate> byAlias) {
    }

    private volatile Held held;

    public ServedCertificates(Certificates first) {
        this.held = new Held(first, byAlias(first));
    }

    /** Serves new handshakes with these. */
    public synchronized void serve(Certificates next) {
        Map<String, KeyedCertificate> both = byAlias(held.now());
        both.putAll(byAlias(next));
        held = new Held(next, both);
    }

    /** Those that new handshakes are served with. */
    public Certificates now() {
        return held.now();
    }

    /**
     * Whether a handshake gets any certificate; otherwise it is to end with {@code unrecognized_name}.
     *
     * @param asked the name that the client asks for; empty if it names none
     */
    public boolean serves(Optional<String> asked) {
        return !now().of(asked.orElse("")).isEmpty();
    }

    /** A certificate that is the same as before keeps its alias, by which engines cache what they parsed. */
    private static Map<String, KeyedCertificate> byAlias(Certificates all) {
        Map<String, KeyedCertificate> byAlias = new HashMap<>();
        all.all().forEach(one -> byAlias.put(one.alias(), one));
        return byAlias;
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
        if (!(engine.getHandshakeSession() instanceof ExtendedSSLSession session)
                || !verifies(session.getPeerSupportedSignatureAlgorithms(), keyType)
                || !ClientSuites.allow(session, keyType)) {
            return null;
        }
        for (KeyedCertificate one : now().of(asked(session))) {
            if (one.algorithm().equals(keyType)) {
                return one.alias();
            }
        }
        return null;
    }

    /**
     * Whether the client takes signatures of such a key. The JDK asks for such types only; OpenSSL asks for
     * all that its own suites have.
     *
     * @param algorithms that the client names; none in TLS 1.2: it takes what its suites say
     */
    private static boolean verifies(String[] algorithms, String keyType) {
        String signing = keyType.equals("EC") ? "ECDSA" : "RSA";
        return algorithms == null || algorithms.length == 0 || Arrays.stream(algorithms)
                .anyMatch(name -> name.toUpperCase(Locale.ROOT).contains(signing));
    }

    private static String asked(ExtendedSSLSession session) {
        for (SNIServerName name : session.getRequestedServerNames()) {
            if (name.getType() == StandardConstants.SNI_HOST_NAME) {
                return name instanceof SNIHostName host ? host.getAsciiName() : unchecked(name.getEncoded());
            }
        }
        return "";
    }

    /** Bytes that are no host name ask for none. */
    private static String unchecked(byte[] name) {
        try {
            return new SNIHostName(name).getAsciiName();
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        KeyedCertificate found = held.byAlias().get(alias);
        return found == null ? null : found.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        KeyedCertificate found = held.byAlias().get(alias);
        return found == null ? null : found.key();
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        List<String> aliases = now().all().stream().filter(one -> one.algorithm().equals(keyType))
                .map(KeyedCertificate::alias).toList();
        return aliases.toArray(NONE);
    }

    /** Netty and the JDK ask for engines only. */
    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return null;
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return NONE;
    }

    @Override
    public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
        return null;
    }
}
