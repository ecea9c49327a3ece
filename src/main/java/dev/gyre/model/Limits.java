package dev.gyre.model;

import java.time.Duration;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What clients may ask of this node at most.
 *
 * @param connections           of clients in all, 1..10,000,000; empty: as many as the open files allow
 * @param connectionsPerAddress of one client's address, 1..10,000,000; empty: half of all
 * @param requestsPerConnection 1..1,000,000,000; empty: unlimited
 * @param requestLine           bytes, 256..65,536
 * @param headers               bytes of all header fields, 1,024..1,048,576
 * @param headerCount           header fields, 1..10,000
 * @param head                  from a request's first byte to the end of its head; also from the beginning of
 *                              a connection to its first byte
 * @param idle                  how long a connection may stay without a request
 * @param minRate               bytes a second, 0..1,073,741,824, which a client sends of a body, or takes of
 *                              an answer, while it is its turn; 0: any
 * @param minRateBurst          credit that a client starts with, as the time it may be slower than that
 * @param maxBody               bytes of a request's body, where the route sets no other limit; empty:
 *                              unlimited
 * @param halfClose             a client that has sent its request may end its side and still gets the answer;
 *                              otherwise it counts as gone
 * @param handshakes            of TLS that may be under way at a time, 1..1,000,000; empty: unlimited
 * @param handshakesPerAddress  of TLS that one address may begin in a second; empty: unlimited
 */
public record Limits(OptionalInt connections, OptionalInt connectionsPerAddress,
        OptionalInt requestsPerConnection, int requestLine, int headers, int headerCount,
        Duration head, Duration idle, long minRate, Duration minRateBurst, OptionalLong maxBody,
        boolean halfClose, OptionalInt handshakes, OptionalInt handshakesPerAddress) {

    /**
     * {@code idle} is longer than the usual keep-alive of clients (60 s and less), so that the client
     * closes first. {@code maxBody} is unlimited since bodies are streamed, and cost this node no memory.
     */
    public static final Limits DEFAULT = new Limits(OptionalInt.empty(), OptionalInt.empty(),
            OptionalInt.empty(), 8 * 1024, 64 * 1024, 100, Duration.ofSeconds(10), Duration.ofSeconds(75),
            500, Duration.ofSeconds(10), OptionalLong.empty(), true);

    /** Without limits on handshakes. */
    public Limits(OptionalInt connections, OptionalInt connectionsPerAddress,
            OptionalInt requestsPerConnection, int requestLine, int headers, int headerCount,
            Duration head, Duration idle, long minRate, Duration minRateBurst, OptionalLong maxBody,
            boolean halfClose) {
        this(connections, connectionsPerAddress, requestsPerConnection, requestLine, headers, headerCount,
                head, idle, minRate, minRateBurst, maxBody, halfClose, OptionalInt.empty(),
                OptionalInt.empty());
    }

    /** The same, with the two numbers of connections filled in where they are left open. */
    public Limits within(int connectionsAtMost) {
        int all = connections.orElse(connectionsAtMost);
        // A fixed number would block clients that share a balancer that is not listed as trusted.
        int perAddress = connectionsPerAddress.orElse(Math.max(1, all / 2));
        return new Limits(OptionalInt.of(all), OptionalInt.of(perAddress), requestsPerConnection, requestLine,
                headers, headerCount, head, idle, minRate, minRateBurst, maxBody, halfClose,
                handshakes, handshakesPerAddress);
    }
}
