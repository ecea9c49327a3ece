package dev.gyre.exchange.overload;

/**
 * One request's share of the limit, from its admission to its end or until it waits for its service, however
 * often it is tried. The outcome of its first attempt says how busy the backends are; later attempts are not
 * recorded. Used on one event loop only.
 */
public final class Permit {

    private final ServiceLimit service;
    private final long admittedNanos;
    private boolean recorded;
    private boolean ended;

    Permit(ServiceLimit service, long admittedNanos) {
        this.service = service;
        this.admittedNanos = admittedNanos;
    }

    /**
     * The head of an answer has come.
     *
     * @param latencyNanos since the request was out to its last byte; 0: it came before, and says nothing
     */
    public void answered(long latencyNanos, long nowNanos) {
        if (!recorded && latencyNanos > 0) {
            recorded = true;
            service.answered(admittedNanos, latencyNanos, nowNanos);
        }
    }

    /** The attempt has come to nothing, by the fault of the backends or of the wait for them. */
    public void failed(long nowNanos) {
        if (!recorded) {
            recorded = true;
            service.failed(nowNanos);
        }
    }

    /** The request is over; a second call changes nothing. */
    public void end() {
        if (!ended) {
            ended = true;
            service.ended();
        }
    }
}
