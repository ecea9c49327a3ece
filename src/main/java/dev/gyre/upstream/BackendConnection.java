package dev.gyre.upstream;

import io.vertx.core.http.HttpMethod;

/**
 * A connection to a backend, on which requests are streams: one at a time with HTTP/1, many with HTTP/2. Used
 * on one event loop.
 */
interface BackendConnection {

    /** The request that a stream is for. */
    interface StreamUser {

        void opened(BackendStream stream);

        /** There is no stream, and will be none. */
        void notOpened(Throwable cause);

        /** Something has come, an interim answer included. */
        void firstByte();

        /** The event loop has read all that had arrived. */
        void readComplete();
    }

    /** Decides what the connection carries. */
    interface Owner {

        /** A stream is through, and nothing of it follows: there is room for another. */
        void streamEnded();

        /** The answer of {@link #maxStreams} or {@link #usable} is another than before. */
        void changed();

        /** Closed by either side, with all that was on it. */
        void closed();
    }

    /** Called once, before anything else. */
    void belongsTo(Owner owner);

    /** How many streams it takes at the same time, at least one. */
    int maxStreams();

    /**
     * It takes further streams: as far as this node knows, neither side has closed it or announced to close
     * it, and no unexpected bytes have arrived on it.
     */
    boolean usable();

    /** Begins a request; nothing is sent as yet. The user hears of it, possibly before this returns. */
    void open(HttpMethod method, String target, StreamUser user);

    /**
     * The user wants no more of its stream, and has perhaps never opened one.
     *
     * @param whole request and answer both went through to their last byte
     */
    void end(StreamUser user, boolean whole);

    /** Closes at once, whatever is on it. */
    void close();

    /**
     * Closes a connection that carries nothing. The backend is first given the chance to close its side, so
     * that it does not see the next connection while it still counts this one.
     */
    void leave();
}
