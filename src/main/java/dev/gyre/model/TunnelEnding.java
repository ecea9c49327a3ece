package dev.gyre.model;

import dev.gyre.model.Failure.Side;
import java.util.Locale;
import java.util.Optional;

/** Why a tunnel ended. */
public enum TunnelEnding {
    /** The client ended its side first, in order. */
    CLIENT_CLOSED(Side.CLIENT),
    /** The backend did. */
    BACKEND_CLOSED(Side.BACKEND),
    /** The client's connection broke off. */
    CLIENT_RESET(Side.CLIENT),
    /** The backend's did, or ended without the close frame that ends a WebSocket. */
    BACKEND_RESET(Side.BACKEND),
    /** Nothing moved for the time that the service allows. */
    IDLE(Side.NODE),
    /** It was open for as long as the service allows. */
    LIFETIME(Side.NODE),
    /** Its backend drains, and the time for its tunnels is up. */
    DRAINED(Side.NODE),
    /** The node stops. */
    STOPPED(Side.NODE),
    NO_MEMORY(Side.NODE);

    private final Side by;

    TunnelEnding(Side by) {
        this.by = by;
    }

    /** Who ended it. */
    public Side by() {
        return by;
    }

    /** The word for log fields and labels, e.g. {@code client-closed}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Why this node has cut the client's connection, where it has; a client that has gone is none of it. */
    public static Optional<TunnelEnding> ofCut(Failure cause) {
        return switch (cause) {
            case STOPPED -> Optional.of(STOPPED);
            case NO_MEMORY -> Optional.of(NO_MEMORY);
            default -> Optional.empty();
        };
    }
}
