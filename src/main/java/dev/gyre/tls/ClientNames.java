package dev.gyre.tls;

import dev.gyre.model.ClientCertificate;
import dev.gyre.model.Sha256;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/** What a client's certificate says of it. */
final class ClientNames {

    private ClientNames() {
    }

    static ClientCertificate of(X509Certificate certificate) {
        byte[] der;
        try {
            der = certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read has no DER form", e);
        }
        return new ClientCertificate(
                certificate.getSubjectX500Principal().getName(X500Principal.RFC2253),
                certificate.getIssuerX500Principal().getName(X500Principal.RFC2253),
                certificate.getSerialNumber().toString(16), names(certificate),
                HexFormat.of().formatHex(Sha256.digest().digest(der)),
                Base64.getEncoder().encodeToString(der));
    }

    /** Names of kinds that have no text are left out (RFC 5280, section 4.2.1.6). */
    private static List<String> names(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            if (all != null) {
                for (List<?> name : all) {
                    String kind = switch ((Integer) name.get(0)) {
                        case 1 -> "email:";
                        case 2 -> "DNS:";
                        case 6 -> "URI:";
                        case 7 -> "IP:";
                        default -> "";
                    };
                    if (!kind.isEmpty()) {
                        names.add(kind + name.get(1));
                    }
                }
            }
        } catch (CertificateParsingException e) {
            // It was found good without them.
            return List.of();
        }
        return names;
    }
}
