package dev.gyre.tls;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What an operator should mend in a certificate although handshakes succeed with it, at least with some. */
final class CertificateDoubts {

    private static final List<String> SERVES = List.of("1.3.6.1.5.5.7.3.1", "2.5.29.37.0");
    private static final int FEWEST_RSA_BITS = 2048;
    /** Longest time before the end at which a renewal is overdue; of short lives it is a tenth. */
    private static final Duration OVERDUE = Duration.ofDays(14);

    private CertificateDoubts() {
    }

    static List<String> of(KeyedCertificate judged, Instant now) {
        List<String> doubts = new ArrayList<>();
        X509Certificate own = judged.chain().get(0);
        chain(judged.chain(), now, doubts);
        Duration life = Duration.between(own.getNotBefore().toInstant(), judged.until());
        Duration overdue = life.dividedBy(10).compareTo(OVERDUE) < 0 ? life.dividedBy(10) : OVERDUE;
        if (now.isAfter(judged.until().minus(overdue))) {
            doubts.add("expires at " + judged.until() + " (expected: a renewed certificate by now)");
        }
        if (CertificateNames.alternatives(own).isEmpty()) {
            doubts.add("without subject alternative names (expected: its DNS names there; today's clients"
                    + " ignore the common name)");
        }
        if (!serves(own)) {
            doubts.add("not issued for servers (expected: extended key usage \"serverAuth\")");
        }
        if (own.getPublicKey() instanceof RSAKey rsa && rsa.getModulus().bitLength() < FEWEST_RSA_BITS) {
            doubts.add("an RSA key of " + rsa.getModulus().bitLength() + " bits (expected: at least "
                    + FEWEST_RSA_BITS + ")");
        }
        String signature = own.getSigAlgName().toUpperCase(Locale.ROOT);
        if (signature.startsWith("MD5") || signature.startsWith("SHA1")) {
            doubts.add("signed with " + own.getSigAlgName() + " (expected: SHA-256 or better)");
        }
        return doubts.stream().map(doubt -> judged.source() + ": " + doubt).toList();
    }

    private static void chain(List<X509Certificate> chain, Instant now, List<String> doubts) {
        for (int i = 1; i < chain.size(); i++) {
            if (!issued(chain.get(i), chain.get(i - 1))) {
                doubts.add("certificate " + (i + 1) + " has not issued certificate " + i
                        + " (expected: each followed by its issuer)");
            }
            if (now.isAfter(chain.get(i).getNotAfter().toInstant())) {
                doubts.add("certificate " + (i + 1) + " of the chain expired at "
                        + chain.get(i).getNotAfter().toInstant() + " (expected: the issuer's present one)");
            }
        }
        X509Certificate only = chain.get(0);
        if (chain.size() == 1 && !issued(only, only)) {
            doubts.add("without the certificate of its issuer (expected: the full chain, but for the root;"
                    + " clients that do not know the issuer refuse the connection)");
        }
    }

    private static boolean issued(X509Certificate issuer, X509Certificate other) {
        if (!issuer.getSubjectX500Principal().equals(other.getIssuerX500Principal())) {
            return false;
        }
        PublicKey key = issuer.getPublicKey();
        try {
            other.verify(key);
            return true;
        } catch (GeneralSecurityException | RuntimeException e) {
            return false;
        }
    }

    private static boolean serves(X509Certificate own) {
        try {
            List<String> usage = own.getExtendedKeyUsage();
            return usage == null || usage.stream().anyMatch(SERVES::contains);
        } catch (CertificateParsingException e) {
            return false;
        }
    }
}
