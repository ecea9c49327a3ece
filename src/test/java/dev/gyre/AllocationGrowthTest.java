package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.management.ThreadMXBean;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.netty.util.ResourceLeakDetector;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * What a request leaves behind for the collector creeps up unseen: no test gets red by it, and each step is
 * small. Bytes allocated are exact and the same on every machine, unlike time.
 */
class AllocationGrowthTest {

    /** Bytes that event loops allocate for one request of {@link #REQUEST}, as last measured. */
    private static final long RECORDED = Runtime.version().feature() >= 25 ? 4750 : 4050;
    private static final double ALLOWED = 1.1;
    private static final String REQUEST = """
            GET /v1/users/17?fields=name HTTP/1.1\r
            Host: api.example.com\r
            User-Agent: curl/8.14.1\r
            Accept: */*\r
            \r
            """;
    private static final int ROUND = 4000;
    /** The least of them counts: what the loops do beside requests, by the clock, comes on top of each. */
    private static final int ROUNDS = 5;
    /** What is compiled allocates a twentieth less, which may take a while where others use the machine. */
    private static final int PATIENCE = 60;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void aRequestLeavesNoMoreBehindThanItDid() throws Exception {
        assumeThat(ResourceLeakDetector.getLevel()).as("who follows buffers allocates more than they")
                .isNotEqualTo(ResourceLeakDetector.Level.PARANOID);
        Set<Long> before = loops();
        try (Origin origin = Origin.saying("hello").withoutRecording();
             GyreNode node = GyreNode.start(before(origin));
             Wire client = Wire.to(node.port())) {
            send(client);
            long[] loops = loops().stream().filter(id -> !before.contains(id)).mapToLong(id -> id).toArray();
            long[] rounds = new long[0];
            while (rounds.length < PATIENCE && (rounds.length < ROUNDS || least(rounds) > most())) {
                long begun = allocated(loops);
                send(client);
                rounds = LongStream.concat(LongStream.of(rounds),
                        LongStream.of((allocated(loops) - begun) / ROUND)).toArray();
            }
            assertThat(least(rounds))
                    .as("bytes for one request, recorded %d; round by round %s; if it is worth it, say why in"
                            + " the commit that records the new figure", RECORDED, Arrays.toString(rounds))
                    .isLessThanOrEqualTo(most());
        }
    }

    private static JsonObject before(Origin origin) {
        JsonObject web = new JsonObject().put("backends", new JsonArray().add(origin.url()));
        return new JsonObject().put("instances", 1).put("services", new JsonObject().put("web", web));
    }

    private static long most() {
        return (long) (RECORDED * ALLOWED);
    }

    private static void send(Wire client) throws IOException {
        for (int i = 0; i < ROUND; i++) {
            client.write(REQUEST);
            assertThat(client.readAnswer().status()).isEqualTo(200);
        }
    }

    private static long least(long[] rounds) {
        return LongStream.of(rounds).min().orElse(Long.MAX_VALUE);
    }

    private Set<Long> loops() {
        return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(thread -> thread != null && thread.getThreadName().contains("eventloop"))
                .map(thread -> thread.getThreadId()).collect(Collectors.toSet());
    }

    private long allocated(long[] loops) {
        return Arrays.stream(threads.getThreadAllocatedBytes(loops)).sum();
    }
}
