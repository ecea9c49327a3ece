package dev.gyre.model;

import dev.gyre.model.Failure.Side;
import java.util.List;
import java.util.Optional;

/**
 * One request after its end, however it ended. There is exactly one for each request of which a byte was
 * read, and one for each connection that was turned away.
 *
 * @param client   who sent it
 * @param port     of the listener that it came through
 * @param request  what was asked for; empty when the head never came whole or could not be decoded
 * @param route    that it took; empty when it was refused before, or took none
 * @param attempts at backends, in the order in which they ended
 * @param own      what the node has answered by the rules of its listener; empty: nothing of that kind
 */
public record FinishedExchange(Peer client, int port, Optional<Request> request, Optional<Route> route,
        List<FinishedAttempt> attempts, Times times, Bytes bytes, End end, Optional<NodeAnswer> own) {

    public FinishedExchange {
        attempts = List.copyOf(attempts);
    }

    /** Of one that was for a service, or would have been. */
    public FinishedExchange(Peer client, int port, Optional<Request> request, Optional<Route> route,
            List<FinishedAttempt> attempts, Times times, Bytes bytes, End end) {
        this(client, port, request, route, attempts, times, bytes, end, Optional.empty());
    }

    /** The same, answered by the node in this way. */
    public FinishedExchange by(NodeAnswer answer) {
        return new FinishedExchange(client, port, request, route, attempts, times, bytes, end,
                Optional.of(answer));
    }

    /** Of one that no service has had a part in. */
    public static FinishedExchange unserved(Peer client, int port, Optional<Request> request, Times times,
                                            End end) {
        return new FinishedExchange(client, port, request, Optional.empty(), List.of(), times, Bytes.NONE,
                end);
    }

    public Optional<String> service() {
        return route.map(Route::service);
    }

    /**
     * What the head says.
     *
     * @param target   as the client wrote it
     * @param host     that routes are matched with; of a refused request the Host field; may be empty
     * @param protocol e.g. {@code HTTP/1.1}
     */
    public record Request(String method, String target, String host, String protocol) {
    }

    /**
     * When it began, and for how many nanoseconds it was in each phase, all visits to it taken together.
     *
     * @param startMillis when the first byte was read, in milliseconds since 1970 by the wall clock
     * @param head        until the head was whole and the answers to earlier requests of its connection out
     */
    public record Times(long startMillis, long head, long selecting, long sending, long awaiting,
                        long answering, long lingering, long tunnelling) {

        /** Of one that became no tunnel. */
        public Times(long startMillis, long head, long selecting, long sending, long awaiting,
                     long answering, long lingering) {
            this(startMillis, head, selecting, sending, awaiting, answering, lingering, 0);
        }

        /** Of one that came no further than its head. */
        public static Times ofHead(long startMillis, long head) {
            return new Times(startMillis, head, 0, 0, 0, 0, 0);
        }

        /** From the first byte to the end. */
        public long total() {
            return head + selecting + sending + awaiting + answering + lingering + tunnelling;
        }
    }

    /**
     * Bytes of bodies, without heads and framing, and of a tunnel. What goes to backends counts once for each
     * attempt.
     *
     * @param fromClient  of the request
     * @param toBackend   of the request
     * @param fromBackend of the answer that was passed on
     * @param toClient    of the answer, a backend's or one of this node's own
     */
    public record Bytes(long fromClient, long toBackend, long fromBackend, long toClient) {

        public static final Bytes NONE = new Bytes(0, 0, 0, 0);
    }

    /**
     * How it ended. What follows the answer to a request that has failed is no part of that.
     *
     * @param status  of the answer whose head was sent to the client; 0 when none was
     * @param failure what went wrong; empty when a backend's answer, or one to OPTIONS, went through
     * @param by      who ended it; empty when request and answer both came to their own end
     * @param phase   in which it was when it failed, or at its end
     * @param tunnel  why the tunnel that it became has ended; empty when it became none
     */
    public record End(int status, Optional<Failure> failure, Optional<Side> by, ExchangePhase phase,
                      Optional<TunnelEnding> tunnel) {

        /** Of one that became no tunnel. */
        public End(int status, Optional<Failure> failure, Optional<Side> by, ExchangePhase phase) {
            this(status, failure, by, phase, Optional.empty());
        }

        /** Of a tunnel, which has no failure however it ended. */
        public static End tunnelled(int status, TunnelEnding why) {
            return new End(status, Optional.empty(), Optional.of(why.by()), ExchangePhase.TUNNELLING,
                    Optional.of(why));
        }

        /** @param by who kept the rest of the request from coming; empty when it came to its end */
        public static End answered(int status, Optional<Side> by, ExchangePhase phase) {
            return new End(status, Optional.empty(), by, phase);
        }

        /** By a failure, which says who ended it. */
        public static End failed(int status, Failure failure, ExchangePhase phase) {
            return new End(status, Optional.of(failure), Optional.of(failure.endedBy()), phase);
        }
    }
}
