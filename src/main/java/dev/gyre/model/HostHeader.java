package dev.gyre.model;

/** The Host header a service's backends are sent. */
public sealed interface HostHeader {

    /** The client's, unchanged; the default. */
    record Client() implements HostHeader { }

    /** The backend's own {@code host:port}. */
    record OfBackend() implements HostHeader { }

    /** Always this one. */
    record Fixed(String value) implements HostHeader { }

    /** {@code client}, {@code backend}, or any other text taken as the value itself. */
    static HostHeader of(String text) {
        return switch (text) {
            case "client" -> new Client();
            case "backend" -> new OfBackend();
            default -> new Fixed(text);
        };
    }

    /** The text that {@link #of} reads back. */
    default String text() {
        if (this instanceof Fixed fixed) {
            return fixed.value();
        }
        return this instanceof OfBackend ? "backend" : "client";
    }
}
