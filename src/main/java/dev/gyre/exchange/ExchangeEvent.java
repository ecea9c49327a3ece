package dev.gyre.exchange;

import dev.gyre.model.Failure.Side;
import java.util.Optional;

/** What may happen to an {@link Exchange}. */
enum ExchangeEvent {
    /** The connection of the current attempt stands, and the request's head is written to it. */
    HEAD_WRITTEN,
    /** The current attempt has sent the request to its last byte. */
    REQUEST_SENT,
    /** The backend of the current attempt has sent a 100 (Continue), which is passed on. */
    CONTINUE_RECEIVED,
    /** The current attempt has ended, or waits for another connection; the next one is still to be made. */
    ATTEMPT_ENDED,
    /** Of two attempts the one goes on alone, and has sent the request to its last byte. */
    HEDGE_ALONE,
    /** This is the answer that the client gets. */
    ANSWER_BEGAN,
    /** The answer is a switch to another protocol, which the client gets as well. */
    SWITCHED,
    /** Both connections of the tunnel are closed. */
    TUNNEL_ENDED,
    /** The event loop has read all that had come from the backend. */
    BACKEND_READ,
    /** Nothing has moved for as long as the state allows; in {@code AWAITING}, for a while. */
    STALLED,
    /** The request as a whole has failed, whatever is tried. */
    FAILED,
    /** The answer is out to its last byte, and the request has not come in to its last byte. */
    ANSWERED_EARLY,
    /** The answer is out, and the request is in. */
    COMPLETED,
    /** The client can get no answer, or no more of it: it has gone, or a part of an answer is out. */
    CUT_OFF,
    /** The request has come in to its last byte. */
    REQUEST_RECEIVED,
    /** The connection has ended after the answer. */
    CLIENT_LEFT;

    /** The side that kept the rest of an answered request from coming. */
    Optional<Side> cutOffBy() {
        return switch (this) {
            case CLIENT_LEFT -> Optional.of(Side.CLIENT);
            case STALLED -> Optional.of(Side.NODE);
            default -> Optional.empty();
        };
    }
}
