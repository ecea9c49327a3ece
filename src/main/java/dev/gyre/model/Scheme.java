package dev.gyre.model;

import java.util.Locale;

/** How a backend is spoken to, as the beginning of its URL says it. */
public enum Scheme {
    /** In clear text. */
    HTTP(80),
    /** Within TLS. */
    HTTPS(443),
    /** In clear text over a Unix socket, which has no port. */
    UNIX(0);

    private final int port;

    Scheme(int port) {
        this.port = port;
    }

    /** That of a URL without one. */
    int port() {
        return port;
    }

    /** The word used in URLs, e.g. {@code http}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
