package dev.gyre.kit;

import java.time.Duration;

/** What a {@link FaultyBackend} does with a request whose head it has read. */
public sealed interface Fault {

    /** Answers properly. */
    record None() implements Fault { }

    /** Breaks the connection off (RST) without an answer. */
    record Reset() implements Fault { }

    /** Reads the request and never answers. */
    record Hang() implements Fault { }

    /** Sends the head of an answer and nothing more. */
    record HangAfterHead() implements Fault { }

    /** Sends the body byte by byte, with a pause before each. */
    record Trickle(Duration pause) implements Fault { }

    /** Answers properly after a pause. */
    record Slow(Duration pause) implements Fault { }

    /**
     * Answers with this status and no body.
     *
     * @param share of the requests, 0..1, spread evenly; the others are answered properly
     */
    record Status(int code, double share) implements Fault {

        /** @param number of the request, from 1 */
        boolean falls(int number) {
            return Math.floor(number * share) > Math.floor((number - 1) * share);
        }
    }

    /** Closes each connection (FIN) after so many proper answers on it. */
    record CloseAfter(int answers) implements Fault { }

    static Fault status(int code) {
        return new Status(code, 1);
    }
}
