package dev.gyre.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.Await;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.vertx.core.impl.buffer.VertxByteBufAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Memory that clients who do not read take of the node, however large the answer that they asked for. */
class HeldForSlowReadersTest {

    private static final int READERS = 60;
    private static final long MOST_EACH = 350_000;

    @Test
    void aClientThatDoesNotReadHoldsAFewPiecesOfItsAnswer() throws Exception {
        byte[] piece = new byte[256 * 1024];
        List<Wire> readers = new ArrayList<>();
        try (Origin origin = Origin.of(exchange -> {
                exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 32000000\r\n\r\n");
                for (int i = 0; i < 122; i++) {
                    exchange.wire().write(piece);
                }
            }).withoutRecording();
             GyreNode node = GyreNode.before(origin)) {
            long before = used();
            try {
                for (int i = 0; i < READERS; i++) {
                    readers.add(Wire.to(node.port()).get("/"));
                }
                Await.until("all have an answer that waits", () -> held(before) > READERS * 64 * 1024
                        && node.backend().getLong("inFlight") == READERS);
                // Time in which more would come if it were read.
                Await.pass(Duration.ofSeconds(1));
                System.out.println("held for each: " + held(before) / READERS);
                assertThat(held(before) / READERS).as("bytes held for each").isLessThan(MOST_EACH);
            } finally {
                for (Wire reader : readers) {
                    reader.close();
                }
            }
        }
    }

    private static long held(long before) {
        return used() - before;
    }

    private static long used() {
        return ((ByteBufAllocatorMetricProvider) VertxByteBufAllocator.POOLED_ALLOCATOR).metric()
                .usedDirectMemory();
    }
}
