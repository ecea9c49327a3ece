package dev.gyre.model;

import java.util.Optional;

/**
 * How a service's backends are met under {@code https}.
 *
 * @param trust        {@link #SYSTEM}, or the path of a PEM file with the certificates to trust
 * @param fingerprint  the backend's certificate itself, by the SHA-256 of its DER form in 64 hexadecimal
 *                     digits; it is all that is asked for then; empty: by {@code trust}
 * @param name         asked for by SNI, and checked in the certificate; empty: the host of the backend's URL
 * @param cert         path of the certificate that this node shows, PEM; empty: none
 * @param key          path of its private key, PEM; there with {@code cert} only
 * @param passwordFile path of a file with the password of that key; empty: it has none
 * @param insecure     whatever certificate the backend shows is taken
 */
public record BackendTls(String trust, Optional<String> fingerprint, Optional<String> name,
        Optional<String> cert, Optional<String> key, Optional<String> passwordFile, boolean insecure) {

    /** The authorities that the Java runtime trusts. */
    public static final String SYSTEM = "system";

    public static final BackendTls DEFAULT = new BackendTls(SYSTEM, Optional.empty(), Optional.empty(),
            Optional.empty(), Optional.empty(), Optional.empty(), false);
}
