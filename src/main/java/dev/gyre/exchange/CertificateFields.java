package dev.gyre.exchange;

import dev.gyre.gate.OwnField;
import dev.gyre.model.ClientCertificate;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.stream.Collectors;

/** Tells a backend of the certificate that the client has presented. */
final class CertificateFields {

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private CertificateFields() {
    }

    /** @param readable write X-Client-*, too, for backends that do not read certificates */
    static void write(ClientCertificate certificate, boolean readable, MultiMap to) {
        // A byte sequence of RFC 8941 (RFC 9440, section 2.1).
        to.add(OwnField.CLIENT_CERT.text(), ":" + certificate.base64() + ":");
        if (readable) {
            to.add(OwnField.X_CLIENT_SUBJECT.text(), safe(certificate.subject()));
            to.add(OwnField.X_CLIENT_ISSUER.text(), safe(certificate.issuer()));
            to.add(OwnField.X_CLIENT_SERIAL.text(), safe(certificate.serial()));
            to.add(OwnField.X_CLIENT_SAN.text(), certificate.names().stream()
                    .map(name -> safe(name).replace(",", "%2C")).collect(Collectors.joining(",")));
            to.add(OwnField.X_CLIENT_FINGERPRINT.text(), safe(certificate.fingerprint()));
        }
    }

    /**
     * Visible ASCII and blanks as they are; percent signs and all other bytes of UTF-8 as {@code %0D}: what
     * an authority signs may be any text.
     */
    static String safe(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            if (octet < ' ' || octet == 0x7f || octet == '%') {
                HEX.toHexDigits(safe.append('%'), octet);
            } else {
                safe.append((char) octet);
            }
        }
        return safe.toString();
    }
}
