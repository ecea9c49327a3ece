package dev.gyre.model;

import java.util.Optional;

/** How a backend is asked whether it is healthy. */
public sealed interface Probe {

    /** Not at all. */
    record None() implements Probe { }

    /**
     * A request of its own, on a fresh connection.
     *
     * @param least and {@code most}: the statuses of an answer that passes, 100..599
     * @param body  what the first 64 KB of the answer must contain; empty: anything
     * @param host  the Host header; empty: the backend's own host and port
     * @param port  empty: the backend's own
     */
    record Http(String method, String path, int least, int most, Optional<String> body,
                Optional<String> host, Optional<Integer> port) implements Probe {

        public static final Http DEFAULT = new Http("GET", "/", 200, 399, Optional.empty(), Optional.empty(),
                Optional.empty());
    }

    /**
     * That a connection opens.
     *
     * @param port empty: the backend's own
     */
    record Tcp(Optional<Integer> port) implements Probe { }
}
