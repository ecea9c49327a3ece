package dev.gyre.model;

import java.util.Locale;

/** Every limit on clients whose violation is counted and logged. */
public enum Limit {
    CONNECTIONS("connections", "a connection too many, closed at once"),
    CONNECTIONS_PER_ADDRESS("connectionsPerAddress", "a connection too many of one address, closed at once"),
    REQUEST_LINE("requestLine", "a request line too long, answered 414"),
    HEADERS("headers", "a request's headers too large, answered 431"),
    HEADER_COUNT("headerCount", "a request with too many header fields, answered 431"),
    HEAD("head", "a connection whose next head did not come in time, answered 408 if it had begun"),
    BODY("maxBody", "a request's body too large, answered 413"),
    UPLOAD_RATE("minRate", "a client that sends its request too slowly, answered 408"),
    DOWNLOAD_RATE("minRate", "a client that takes its answer too slowly, connection reset"),
    HANDSHAKES("handshakes", "a TLS handshake too many under way, connection reset"),
    HANDSHAKES_PER_ADDRESS("handshakesPerAddress",
            "a TLS handshake too many of one address in a second, connection reset");

    private final String key;
    private final String explanation;

    Limit(String key, String explanation) {
        this.key = key;
        this.explanation = explanation;
    }

    /** Its key among the settings {@code limits}. */
    public String key() {
        return key;
    }

    /** For the log: what was over the limit, and what came of it. */
    public String explanation() {
        return explanation;
    }

    /** The word for log fields and labels, e.g. {@code header-count}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
