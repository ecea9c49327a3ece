package dev.gyre.gate;

import io.netty.util.AsciiString;
import java.util.Arrays;
import java.util.Locale;

/**
 * The fields that Gyre writes itself into the requests that backends get. Nothing else may write one there,
 * so that {@link ReservedNames} knows by this list which names a client must not imitate.
 */
public enum OwnField {
    HOST("Host"),
    VIA("Via"),
    MAX_FORWARDS("Max-Forwards"),
    FORWARDED("Forwarded"),
    X_FORWARDED_FOR("X-Forwarded-For"),
    X_FORWARDED_PROTO("X-Forwarded-Proto"),
    X_FORWARDED_HOST("X-Forwarded-Host"),
    X_REAL_IP("X-Real-IP"),
    CLIENT_CERT("Client-Cert"),
    X_CLIENT_SUBJECT("X-Client-Subject"),
    X_CLIENT_ISSUER("X-Client-Issuer"),
    X_CLIENT_SERIAL("X-Client-Serial"),
    X_CLIENT_SAN("X-Client-San"),
    X_CLIENT_FINGERPRINT("X-Client-Fingerprint");

    private static final OwnField[] ALL = values();

    private final AsciiString text;
    private final String lowerCase;

    OwnField(String text) {
        this.text = AsciiString.cached(text);
        this.lowerCase = text.toLowerCase(Locale.ROOT);
    }

    /** As it is written. */
    public AsciiString text() {
        return text;
    }

    static boolean contains(String name) {
        return Arrays.stream(ALL).anyMatch(field -> field.lowerCase.equals(name));
    }
}
