package dev.gyre.model;

import java.util.List;

/**
 * A certificate that a client showed, and that was found good.
 *
 * @param subject     distinguished name (RFC 4514)
 * @param issuer      distinguished name
 * @param serial      hexadecimal, lower case
 * @param names       its alternative names, such as {@code DNS:a.example}
 * @param fingerprint SHA-256 of its DER form, hexadecimal, lower case
 * @param base64      its DER form (RFC 4648, section 4), without line breaks
 */
public record ClientCertificate(String subject, String issuer, String serial, List<String> names,
        String fingerprint, String base64) {

    public ClientCertificate {
        names = List.copyOf(names);
    }
}
