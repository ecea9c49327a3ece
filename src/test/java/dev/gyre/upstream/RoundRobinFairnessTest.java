package dev.gyre.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every backend must get its share, although each event loop takes its turns alone. */
class RoundRobinFairnessTest {

    private static final int REQUESTS = 10_000;

    @ParameterizedTest
    @CsvSource({"1 1 1", "1 2 3", "5 1"})
    void everyBackendIsWithinOnePercentOfItsShare(String weights) throws Exception {
        int[] weight = Arrays.stream(weights.split(" ")).mapToInt(Integer::parseInt).toArray();
        List<AtomicInteger> answered = new ArrayList<>();
        List<Origin> origins = new ArrayList<>();
        JsonArray backends = new JsonArray();
        for (int w : weight) {
            AtomicInteger count = new AtomicInteger();
            Origin origin = Origin.of(exchange -> {
                count.incrementAndGet();
                exchange.respond(200, "ok");
            }).withoutRecording();
            answered.add(count);
            origins.add(origin);
            backends.add(new JsonObject().put("url", origin.url()).put("weight", w));
        }
        try (GyreNode node = GyreNode.start(new JsonObject().put("services",
                new JsonObject().put("web", new JsonObject().put("backends", backends))))) {
            send(node);
        } finally {
            origins.forEach(Origin::close);
        }
        double sum = Arrays.stream(weight).sum();
        assertThat(answered.stream().mapToInt(AtomicInteger::get).sum()).isEqualTo(REQUESTS);
        for (int i = 0; i < weight.length; i++) {
            assertThat((double) answered.get(i).get()).as("requests to the backend of weight %d", weight[i])
                    .isCloseTo(REQUESTS * weight[i] / sum, Percentage.withPercentage(1));
        }
    }

    /** Over an odd number of connections, so that the two event loops do not get the same load. */
    private static void send(GyreNode node) throws Exception {
        int clients = 5;
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        try {
            List<Callable<Void>> all = new ArrayList<>();
            for (int c = 0; c < clients; c++) {
                all.add(() -> {
                    try (Wire client = Wire.to(node.port())) {
                        for (int i = 0; i < REQUESTS / clients; i++) {
                            assertThat(client.get("/").readAnswer().status()).isEqualTo(200);
                        }
                    }
                    return null;
                });
            }
            for (Future<Void> client : threads.invokeAll(all)) {
                client.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
