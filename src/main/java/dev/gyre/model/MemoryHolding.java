package dev.gyre.model;

import java.util.Locale;

/** What a client's connection held most of when it was ended because this node was short of memory. */
public enum MemoryHolding {
    /** A head without its end, or requests that wait for the one before. */
    REQUESTS,
    /** A request's body. */
    UPLOAD,
    /** An answer that the client had not taken. */
    DOWNLOAD,
    /** Nothing but itself. */
    CONNECTION;

    /** The word for log fields and labels. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
