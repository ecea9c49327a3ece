package dev.gyre.model;

import java.util.Optional;

/**
 * How many requests have ended in one way since the node started.
 *
 * @param service  that they were for; empty: no service has had a part in them
 * @param code     of the status that was sent
 * @param failure  what they failed by; empty: a backend's answer, or one of the node's, went through
 * @param own      the kind of the node's answer
 * @param requests each once, however often it was tried
 */
public record RequestCount(Optional<String> service, StatusClass code, Optional<Failure> failure,
                           Optional<NodeAnswer> own, long requests) {

    /** Of answers of backends. */
    public RequestCount(Optional<String> service, StatusClass code, Optional<Failure> failure,
                        long requests) {
        this(service, code, failure, Optional.empty(), requests);
    }
}
