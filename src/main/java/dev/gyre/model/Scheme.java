package dev.gyre.model;

import java.util.Locale;

/** How a backend is spoken to, as the beginning of its URL says it. */
public enum Scheme {
    /** In clear text. */
    HTTP,
    /** Within TLS, which no backend of this version may ask for. */
    HTTPS;

    /** The word used in URLs, e.g. {@code http}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
