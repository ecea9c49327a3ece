package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.Await;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The strategies over real sockets: each is wired to what it is meant to look at. */
class SlowBackendTest {

    private final List<Origin> origins = new ArrayList<>();
    private final Map<Origin, AtomicInteger> asked = new HashMap<>();

    @AfterEach
    void stop() {
        origins.forEach(Origin::close);
    }

    /** One of eight takes 5 s, the others 2 ms. */
    @Test
    void hurtsFewerThanUnderRoundRobin() throws Exception {
        for (int i = 0; i < 8; i++) {
            boolean slow = i == 3;
            add(exchange -> {
                pass(slow ? 5_000 : 2);
                exchange.respond(200, "ok");
            });
        }
        long turns = p99("round-robin", 24);
        for (String strategy : List.of("least-requests", "power-of-two", "peak-ewma")) {
            assertThat(p99(strategy, 500)).as("p99 in ms under %s (round robin: %d)", strategy, turns)
                    .isLessThan(turns / 2);
        }
    }

    /** In ms, over eight clients; the slowest hundredth is not waited for. */
    private long p99(String strategy, int requests) throws Exception {
        int clients = 8;
        int within = (int) Math.ceil(requests * 0.99);
        List<Long> took = Collections.synchronizedList(new ArrayList<>());
        List<Wire> wires = Collections.synchronizedList(new ArrayList<>());
        AtomicInteger left = new AtomicInteger(requests);
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        try (GyreNode node = node(strategy)) {
            for (int c = 0; c < clients; c++) {
                threads.submit(() -> {
                    try (Wire client = Wire.to(node.port())) {
                        wires.add(client);
                        while (left.getAndDecrement() > 0) {
                            long begun = System.nanoTime();
                            client.get("/").readAnswer();
                            took.add(System.nanoTime() - begun);
                        }
                    }
                    return null;
                });
            }
            Await.until(() -> took.size() + " answers of " + requests, () -> took.size() >= within);
            for (Wire wire : List.copyOf(wires)) {
                wire.close();
            }
        } finally {
            threads.shutdownNow();
        }
        List<Long> sorted = List.copyOf(took).stream().sorted().toList();
        return sorted.get(within - 1) / 1_000_000;
    }

    @ParameterizedTest
    @ValueSource(strings = {"least-requests", "power-of-two", "peak-ewma"})
    void whoAnswers503AtOnceIsGivenLess(String strategy) throws Exception {
        for (int i = 0; i < 3; i++) {
            add(exchange -> {
                pass(20);
                exchange.respond(200, "ok");
            });
        }
        Origin failing = add(exchange -> exchange.respond(503, "no"));
        try (GyreNode node = node(strategy)) {
            send(node, 24, 40);
        }
        assertThat(asked.get(failing).get()).as("requests of 960 that a fair share would make 240")
                .isLessThan(160);
    }

    @Test
    void whoSaysRetryAfterIsLeftAlone() throws Exception {
        add(exchange -> exchange.respond(200, "ok"));
        Origin busy = add(exchange -> {
            exchange.readBody();
            exchange.write("HTTP/1.1 429 Slow down\r\nRetry-After: 20\r\nContent-Length: 0\r\n\r\n");
        });
        try (GyreNode node = node("power-of-two")) {
            send(node, 1, 200);
        }
        // Each event loop looks again at each pick, so the first refusal is the last.
        assertThat(asked.get(busy).get()).isLessThanOrEqualTo(1);
    }

    @Test
    void aKeyGoesToOneBackendOnEveryNode() throws Exception {
        for (int i = 0; i < 4; i++) {
            String name = "backend-" + i;
            add(exchange -> exchange.respond(200, name));
        }
        JsonObject hash = new JsonObject().put("by", "consistent-hash").put("key", "header:X-User");
        Map<String, String> at = new HashMap<>();
        for (int round = 0; round < 2; round++) {
            try (GyreNode node = node(hash); Wire client = Wire.to(node.port())) {
                for (int user = 0; user < 40; user++) {
                    String body = client.write("GET / HTTP/1.1\r\nHost: a\r\nX-User: u" + user + "\r\n\r\n")
                            .readAnswer().body();
                    assertThat(at.computeIfAbsent("u" + user, u -> body)).isEqualTo(body);
                }
            }
        }
        assertThat(at.values()).contains("backend-0", "backend-1", "backend-2", "backend-3");
    }

    @Test
    void aNodePrefersItsOwnZoneAndTakesTheOthersWhenThatIsGone() throws Exception {
        JsonArray backends = new JsonArray();
        for (String zone : List.of("a", "b")) {
            Origin origin = add(exchange -> exchange.respond(200, zone));
            backends.add(new JsonObject().put("url", origin.url()).put("zone", zone));
        }
        try (GyreNode node = GyreNode.start(new JsonObject().put("zone", "b").put("services", new JsonObject()
                .put("web", new JsonObject().put("backends", backends))));
                Wire client = Wire.to(node.port())) {
            for (int i = 0; i < 10; i++) {
                assertThat(client.get("/").readAnswer().body()).isEqualTo("b");
            }
            node.command(new JsonObject().put("command", "backend.drain").put("service", "web")
                    .put("url", origins.get(1).url()));
            assertThat(client.get("/").readAnswer().body()).isEqualTo("a");
        }
    }

    private Origin add(Origin.Script script) {
        AtomicInteger count = new AtomicInteger();
        Origin origin = Origin.of(exchange -> {
            count.incrementAndGet();
            script.answer(exchange);
        }).withoutRecording();
        origins.add(origin);
        asked.put(origin, count);
        return origin;
    }

    private GyreNode node(Object balance) {
        // Nobody waits for what is still at the slow one when a node has done its part.
        return GyreNode.before(new JsonObject().put("grace", "100ms"),
                new JsonObject().put("balance", balance),
                origins.stream().map(Origin::url).toArray(String[]::new));
    }

    /** How long each request took, in nanoseconds, sorted. */
    private static List<Long> send(GyreNode node, int clients, int each) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        try {
            List<Callable<long[]>> all = new ArrayList<>();
            for (int c = 0; c < clients; c++) {
                all.add(() -> {
                    long[] took = new long[each];
                    try (Wire client = Wire.to(node.port())) {
                        for (int i = 0; i < each; i++) {
                            long begun = System.nanoTime();
                            client.get("/").readAnswer();
                            took[i] = System.nanoTime() - begun;
                        }
                    }
                    return took;
                });
            }
            List<Long> took = new ArrayList<>();
            for (Future<long[]> client : threads.invokeAll(all)) {
                Arrays.stream(client.get()).forEach(took::add);
            }
            took.sort(Long::compare);
            return took;
        } finally {
            threads.shutdownNow();
        }
    }

    private static void pass(int millis) throws IOException {
        try {
            Await.pass(Duration.ofMillis(millis));
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
