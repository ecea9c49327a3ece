package dev.gyre.listener;

import dev.gyre.GyreNode;
import dev.gyre.kit.Await;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Whoever leaves while he is behind must not take memory with him that nobody gets back. */
class LostMemoryTest {

    private static final int CLIENTS = 150;
    private static final long FEW = 300_000;

    @Test
    void clientsThatLeaveInTheMiddleOfAnAnswerCostNothing() throws Exception {
        byte[] piece = new byte[64 * 1024];
        try (Origin origin = Origin.of(exchange -> {
            exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 64000000\r\n\r\n");
            for (int i = 0; i < 900; i++) {
                exchange.wire().write(piece);
            }
        }).withoutRecording(); GyreNode node = GyreNode.before(origin)) {
            loses(node, client -> client.get("/"));
        }
    }

    @Test
    void clientsThatLeaveInTheMiddleOfABodyCostNothing() throws Exception {
        byte[] piece = new byte[1_000_000];
        try (Origin origin = Origin.of(exchange -> {
            // Takes nothing of the body for longer than the client stays.
            pass();
        }).withoutRecording(); GyreNode node = GyreNode.before(origin)) {
            loses(node, client -> {
                client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 64000000\r\n\r\n");
                client.write(piece);
            });
        }
    }

    @Test
    void clientsThatLeaveInTheMiddleOfABodyOfManyChunksCostNothing() throws Exception {
        byte[] chunks = ("1000\r\n" + "x".repeat(4096) + "\r\n").repeat(250)
                .getBytes(StandardCharsets.US_ASCII);
        try (Origin origin = Origin.of(exchange -> pass()).withoutRecording();
             GyreNode node = GyreNode.before(origin)) {
            loses(node, client -> {
                client.write("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
                client.write(chunks);
            });
        }
    }

    private interface Begin {
        void on(Wire client) throws Exception;
    }

    private static void loses(GyreNode node, Begin begin) throws Exception {
        leaveAll(node, begin, CLIENTS / 3);
        long before = inUse();
        leaveAll(node, begin, CLIENTS);
        // Sooner than a collection, of which nothing here makes one, would find what was dropped.
        Await.until("few bytes lost", () -> inUse() - before < FEW);
    }

    /** Bytes outside the heap that somebody holds, without what the pool keeps for later. */
    private static long inUse() {
        return ((PooledByteBufAllocator) ByteBufAllocator.DEFAULT).pinnedDirectMemory();
    }

    private static void leaveAll(GyreNode node, Begin begin, int clients) throws Exception {
        AtomicInteger left = new AtomicInteger(clients);
        while (left.getAndDecrement() > 0) {
            try (Wire client = Wire.to(node.port())) {
                client.socket().setSoLinger(true, 0);
                begin.on(client);
                // Until more has come than it takes.
                Await.pass(Duration.ofMillis(10));
            }
        }
        Await.until("nothing in flight", () -> node.backend().getLong("inFlight") == 0);
    }

    private static void pass() {
        try {
            Await.pass(Duration.ofMillis(40));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
