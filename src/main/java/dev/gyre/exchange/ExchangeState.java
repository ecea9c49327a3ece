package dev.gyre.exchange;

/** Where an {@link Exchange} stands; {@link ExchangeTable} says what leads from one state to another. */
enum ExchangeState {
    /** No try runs for which the client's request counts as sent: a backend or a connection is waited for. */
    SELECTING,
    /** The request goes out to the backend of the current try. */
    SENDING,
    /** The request is out to its last byte, and no answer has begun. */
    AWAITING,
    /** An answer of a backend is passed on. */
    ANSWERING,
    /** The answer is out. The rest of the request is read and thrown away, so that the client reads it. */
    LINGERING,
    /** Nothing is left to be done. */
    DONE
}
