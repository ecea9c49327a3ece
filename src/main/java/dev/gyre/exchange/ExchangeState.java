package dev.gyre.exchange;

import dev.gyre.model.ExchangePhase;

/** Where an {@link Exchange} stands; {@link ExchangeTable} says what leads from one state to another. */
enum ExchangeState {
    /** No attempt runs for which the request counts as sent: a backend or a connection is waited for. */
    SELECTING(ExchangePhase.SELECTING),
    /** The request goes out to the backend of the current attempt. */
    SENDING(ExchangePhase.SENDING),
    /** The request is out to its last byte, and no answer has begun. */
    AWAITING(ExchangePhase.AWAITING),
    /** An answer of a backend is passed on. */
    ANSWERING(ExchangePhase.ANSWERING),
    /** A backend has switched to the protocol that was asked for; bytes are passed on both ways. */
    TUNNELLING(ExchangePhase.TUNNELLING),
    /** The answer is out. The rest of the request is read and thrown away, so that the client reads it. */
    LINGERING(ExchangePhase.LINGERING),
    /** Nothing is left to be done. */
    DONE(ExchangePhase.LINGERING);

    private final ExchangePhase phase;

    ExchangeState(ExchangePhase phase) {
        this.phase = phase;
    }

    /** What it is called of a request that ends in this state. */
    ExchangePhase phase() {
        return phase;
    }
}
