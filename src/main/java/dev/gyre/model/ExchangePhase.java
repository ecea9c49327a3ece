package dev.gyre.model;

import java.util.Locale;

/** How far a request had come when it ended, in the order in which a request goes through them. */
public enum ExchangePhase {
    /** Its connection was turned away before a byte of it was read. */
    ADMISSION,
    /** Its head was being read, or waited for the answers to earlier requests of its connection. */
    HEAD,
    /** It waited for a backend, or for a connection to one. */
    SELECTING,
    /** It was being sent to a backend. */
    SENDING,
    /** A backend had it whole, and had not begun to answer. */
    AWAITING,
    /** An answer of a backend was passed on. */
    ANSWERING,
    /** A backend had switched to another protocol, and bytes were passed on both ways. */
    TUNNELLING,
    /** It had its answer, and its rest was read and discarded. */
    LINGERING;

    /** The word for log fields and labels, e.g. {@code awaiting}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
