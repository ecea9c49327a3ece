package dev.gyre.listener;

import java.util.Locale;

/** Why a connection to a port under TLS, or one that wants TLS where there is none, has no request. */
public enum HandshakeError {
    PLAIN_HTTP("a request in clear text at a port that speaks TLS, answered 400"),
    TLS_AT_PLAIN_PORT("a TLS handshake at a port that speaks clear text"),
    UNRECOGNIZED_NAME("a name that no certificate has, or none, where \"default\" is \"refuse\""),
    CLIENT_CERTIFICATE("a client's certificate that is missing or not signed by an authority known here"),
    PROTOCOL("bytes that are no TLS, a version or suites that are not spoken here, or a client's alert"),
    TIMEOUT("a handshake that was not over within tls.handshakeTimeout");

    private final String explanation;

    HandshakeError(String explanation) {
        this.explanation = explanation;
    }

    /** For the log. */
    String explanation() {
        return explanation;
    }

    /** The word for log fields and labels, e.g. {@code plain-http}. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
