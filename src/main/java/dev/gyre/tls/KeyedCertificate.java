package dev.gyre.tls;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A certificate with the chain that leads to an authority, and its key.
 *
 * @param source the certificate's file
 * @param chain  the node's own certificate first
 * @param names  DNS names, lower case, in their order; those with a wildcard as {@code *.example.org}
 * @param alias  among all certificates: another one after each renewal
 */
public record KeyedCertificate(String source, List<X509Certificate> chain, PrivateKey key,
                               Set<String> names, String alias) {

    private static final byte[] CHALLENGE =
            "whose key is this?".getBytes(StandardCharsets.US_ASCII);

    public KeyedCertificate {
        chain = List.copyOf(chain);
        names = Collections.unmodifiableSet(new LinkedHashSet<>(names));
    }

    /**
     * Reads a pair.
     *
     * @param certificate name and text of the certificate's file
     * @param key         the same of the key's, which may be the same file
     * @throws UnusableCertificate if no handshake would succeed with it at any time
     */
    public static KeyedCertificate read(NamedText certificate, NamedText key, Optional<String> password)
            throws UnusableCertificate {
        KeyedCertificate pair = pair(certificate, key, password);
        if (pair.names().isEmpty()) {
            throw new UnusableCertificate(certificate.name() + ": names no host (expected: a DNS name among"
                    + " its subject alternative names)");
        }
        return pair;
    }

    /** The same of a client, whose certificate need not name a host. */
    static KeyedCertificate pair(NamedText certificate, NamedText key, Optional<String> password)
            throws UnusableCertificate {
        List<X509Certificate> chain = chain(certificate);
        PrivateKey privateKey = PrivateKeyFile.read(key, password);
        if (!belongs(privateKey, chain.get(0))) {
            throw new UnusableCertificate(mismatch(certificate.name(), chain, key.name(), privateKey));
        }
        return new KeyedCertificate(certificate.name(), chain, privateKey,
                CertificateNames.of(chain.get(0)), alias(chain));
    }

    private static String mismatch(String certificate, List<X509Certificate> chain, String key,
            PrivateKey privateKey) {
        for (int i = 1; i < chain.size(); i++) {
            if (belongs(privateKey, chain.get(i))) {
                return certificate + ": the key belongs to certificate " + (i + 1) + " (expected: the node's"
                        + " own certificate first, then each one's issuer)";
            }
        }
        return key + ": not the key of " + certificate + " (expected: the one that certificate with serial "
                + chain.get(0).getSerialNumber().toString(16) + " was issued for)";
    }

    /** @throws UnusableCertificate if it is not valid at this time */
    void judge(Instant now) throws UnusableCertificate {
        if (now.isAfter(until())) {
            throw new UnusableCertificate(source + ": expired at " + until() + " (expected: a renewed"
                    + " certificate)");
        }
        Instant from = chain.get(0).getNotBefore().toInstant();
        if (now.isBefore(from)) {
            throw new UnusableCertificate(source + ": not valid before " + from + " (expected: a certificate"
                    + " that is valid now); is the clock of this machine right?");
        }
    }

    /** What an operator should mend although handshakes succeed with it, one line each. */
    public List<String> doubts(Instant now) {
        return CertificateDoubts.of(this, now);
    }

    /** When the node's own certificate ends. */
    public Instant until() {
        return chain.get(0).getNotAfter().toInstant();
    }

    /** {@code RSA} or {@code EC}. */
    public String algorithm() {
        return key.getAlgorithm();
    }

    /** The certificates of a file, in their order. */
    static List<X509Certificate> chain(NamedText file) throws UnusableCertificate {
        List<X509Certificate> chain = certificates(file.name(), Pem.read(file));
        if (chain.isEmpty()) {
            throw new UnusableCertificate(file.name()
                    + ": no certificate (expected: PEM, \"-----BEGIN CERTIFICATE-----\")");
        }
        return chain;
    }

    /** Whether none of the file's certificates is a server's: it is a list of issuers, or has none at all. */
    static boolean areAuthorities(String name, List<Pem> blocks) throws UnusableCertificate {
        return certificates(name, blocks).stream().allMatch(one -> one.getBasicConstraints() >= 0);
    }

    private static List<X509Certificate> certificates(String name, List<Pem> blocks)
            throws UnusableCertificate {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Pem block : blocks) {
            if (block.isCertificate()) {
                certificates.add(certificate(name, block));
            }
        }
        return certificates;
    }

    private static X509Certificate certificate(String name, Pem block) throws UnusableCertificate {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(block.der()));
        } catch (CertificateException | RuntimeException e) {
            // The JDK's parser throws others, too, for bytes that no tool writes.
            throw new UnusableCertificate(name + ", line " + block.line() + ": not an X.509 certificate"
                    + " (expected: one in DER, as Base64); is the file damaged?");
        }
    }

    private static String alias(List<X509Certificate> chain) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (X509Certificate one : chain) {
                digest.update(one.getEncoded());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Tried out: what the key signs must be what the certificate's key verifies. */
    private static boolean belongs(PrivateKey key, X509Certificate certificate) {
        String signature = key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
        try {
            Signature signing = Signature.getInstance(signature);
            signing.initSign(key);
            signing.update(CHALLENGE);
            byte[] signed = signing.sign();
            Signature verifying = Signature.getInstance(signature);
            verifying.initVerify(certificate.getPublicKey());
            verifying.update(CHALLENGE);
            return verifying.verify(signed);
        } catch (GeneralSecurityException | RuntimeException e) {
            return false;
        }
    }
}
