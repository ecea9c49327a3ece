package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.Gate;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QueueLimitTest {

    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    private final Gate gate = new Gate();
    private final Origin origin = Origin.of(exchange -> {
        gate.pass();
        exchange.respond(200, "served");
    });
    private final List<Wire> clients = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        gate.open();
        for (Wire client : clients) {
            client.close();
        }
        origin.close();
    }

    private static JsonObject pool(int maxConnections, int maxQueue, String queueTimeout) {
        return new JsonObject().put("pool", new JsonObject().put("maxConnections", maxConnections)
                .put("maxQueue", maxQueue).put("queueTimeout", queueTimeout));
    }

    private void ask(GyreNode node, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            clients.add(Wire.to(node.port()).write(REQUEST));
        }
    }

    private static void until(GyreNode node, String counter, int value) throws Exception {
        Await.until(() -> counter + " " + value + " in " + node.backend(),
                () -> node.backend().getInteger(counter) == value);
    }

    private List<Wire.Answer> answers() throws Exception {
        List<Wire.Answer> answers = new ArrayList<>();
        for (Wire client : clients) {
            answers.add(client.readAnswer());
        }
        return answers;
    }

    private static void assertRefused(Wire.Answer answer, String error, String details) {
        assertThat(answer.head().first("Retry-After")).contains("1");
        assertThat(answer.head().first("Proxy-Status"))
                .contains("gyre; error=connection_limit_reached; details=\"" + details + "\"");
        assertThat(answer.head().first("Content-Type")).contains("application/problem+json");
        assertThat(new JsonObject(answer.body()).getString("error")).isEqualTo(error);
    }

    @Test
    void asManyWaitAsMayAndNotOneMore() throws Exception {
        try (GyreNode node = GyreNode.before(pool(3, 7, "20s"), origin)) {
            ask(node, 15);
            until(node, "refused", 5);
            until(node, "queued", 7);
            JsonObject full = node.backend();
            assertThat(full.getInteger("inUse")).isEqualTo(3);
            assertThat(full.getInteger("idle")).isZero();
            assertThat(full.getInteger("inFlight")).isEqualTo(10);
            gate.open();
            List<Wire.Answer> answers = answers();
            assertThat(answers.stream().filter(a -> a.status() == 200)).hasSize(10);
            List<Wire.Answer> refused = answers.stream().filter(a -> a.status() == 503).toList();
            assertThat(refused).hasSize(5).allSatisfy(answer -> assertRefused(answer, "queue-full",
                    "all connections to the backend are busy and the queue is full"));
            assertThat(origin.requests()).hasSize(10);
            until(node, "inFlight", 0);
            JsonObject empty = node.backend();
            assertThat(empty.getInteger("queued")).isZero();
            assertThat(empty.getInteger("inUse")).isZero();
            assertThat(empty.getInteger("idle")).isBetween(1, 3);
            assertThat(empty.getInteger("refused")).isEqualTo(5);
            assertThat(empty.getInteger("failures")).as("a refusal is no failure of the backend").isZero();
        }
    }

    @Test
    void withoutAQueueNobodyWaits() throws Exception {
        try (GyreNode node = GyreNode.before(pool(2, 0, "20s"), origin)) {
            ask(node, 2);
            until(node, "inUse", 2);
            ask(node, 1);
            assertThat(clients.get(2).readAnswer().status()).isEqualTo(503);
        }
    }

    @Test
    void whoWaitsTooLongIsTold() throws Exception {
        try (GyreNode node = GyreNode.before(pool(1, 10, "300ms"), origin)) {
            ask(node, 1);
            until(node, "inUse", 1);
            long begun = System.nanoTime();
            ask(node, 2);
            for (Wire client : clients.subList(1, 3)) {
                Wire.Answer answer = client.readAnswer();
                assertThat(answer.status()).isEqualTo(503);
                assertRefused(answer, "queue-timeout", "no connection to the backend became free in time");
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .isGreaterThanOrEqualTo(Duration.ofMillis(300));
            assertThat(node.backend().getInteger("refused")).isEqualTo(2);
            assertThat(node.backend().getInteger("queued")).isZero();
            gate.open();
            assertThat(clients.get(0).readAnswer().status()).isEqualTo(200);
        }
    }

    @Test
    void aClientThatLeavesFreesItsPlaceInTheQueue() throws Exception {
        try (GyreNode node = GyreNode.before(pool(1, 4, "20s"), origin)) {
            ask(node, 1);
            until(node, "inUse", 1);
            ask(node, 4);
            until(node, "queued", 4);
            clients.remove(2).reset();
            clients.remove(2).reset();
            until(node, "queued", 2);
            ask(node, 2);
            until(node, "queued", 4);
            gate.open();
            assertThat(answers()).allMatch(answer -> answer.status() == 200);
            assertThat(origin.requests()).as("those who left are not asked for").hasSize(5);
            assertThat(node.backend().getInteger("refused")).isZero();
        }
    }

    @Test
    void theMedianWaitIsThatOfThoseWhoWaited() throws Exception {
        try (GyreNode node = GyreNode.before(pool(1, 10, "20s"), origin)) {
            ask(node, 1);
            until(node, "inUse", 1);
            long begun = System.nanoTime();
            ask(node, 3);
            until(node, "queued", 3);
            Await.pass(Duration.ofMillis(300));
            double least = 300;
            gate.open();
            assertThat(answers()).allMatch(answer -> answer.status() == 200);
            double most = (System.nanoTime() - begun) / 1e6;
            // Waits are gathered once a second.
            Await.until(() -> "a median in " + node.backend(),
                    () -> node.backend().getDouble("waitMedianMs") > 0);
            assertThat(node.backend().getDouble("waitMedianMs")).isBetween(least, most);
        }
    }
}
