package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.Established;
import dev.gyre.kit.Gate;
import dev.gyre.kit.Load;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Two event loops share one limit. Vert.x gives connections to the loops by turns, so that 2n clients are n
 * on each.
 */
class ConnectionLimitTest {

    private static JsonObject pool(int maxConnections) {
        return new JsonObject().put("pool", new JsonObject().put("maxConnections", maxConnections)
                .put("maxQueue", 10_000).put("queueTimeout", "60s"));
    }

    private static Wire ask(Wire client, int number) throws Exception {
        return client.write("GET /" + number + " HTTP/1.1\r\nHost: x\r\n\r\n");
    }

    @Test
    void aThousandClientsNeverOpenTheHundredAndFirstConnection() throws Exception {
        try (Origin origin = Origin.saying("hello").withoutRecording();
             Established established = Established.to(origin);
             GyreNode node = GyreNode.before(pool(100), origin);
             Load load = Load.of(node.port(), 1000)) {
            Await.until(() -> "10,000 answers, but " + load.answered(), () -> load.answered() >= 10_000);
            Await.until("all connections in use", () -> node.backend().getInteger("inUse") == 100);
            load.stop();
            assertThat(load.failures()).isEmpty();
            assertThat(load.connections()).isEqualTo(1000);
            assertThat(established.most()).as("connections open at one time").isLessThanOrEqualTo(100);
        }
    }

    @Test
    void bothLoopsGetOnWhenTheyShareOneConnection() throws Exception {
        try (Origin origin = Origin.saying("hello").withoutRecording();
             Established established = Established.to(origin);
             GyreNode node = GyreNode.before(pool(1), origin);
             Load load = Load.of(node.port(), 20)) {
            Await.until(() -> "1,000 answers, but " + load.answered(), () -> load.answered() >= 1000);
            load.stop();
            assertThat(load.failures()).isEmpty();
            assertThat(established.most()).isLessThanOrEqualTo(1);
            // Were a loop's wake-up lost or its waiters passed over, they would be here until the queue's
            // timeout.
            assertThat(load.slowestMillis()).isLessThan(30_000);
        }
    }

    @Test
    void whoCameFirstIsServedFirstWhicheverLoopItCameTo() throws Exception {
        List<Integer> served = Collections.synchronizedList(new ArrayList<>());
        Gate gate = new Gate();
        try (Origin origin = Origin.of(exchange -> {
                served.add(Integer.parseInt(exchange.request().target().substring(1)));
                gate.pass();
                exchange.respond(200, "");
             });
             Established established = Established.to(origin);
             GyreNode node = GyreNode.before(pool(1), origin)) {
            List<Wire> clients = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                clients.add(Wire.to(node.port()));
            }
            // In twos, so that the turns of the loops and the order of service cannot agree by chance.
            List<Integer> order = IntStream.range(0, 16).map(i -> i ^ (i >> 1 & 1)).boxed().toList();
            for (int number : order) {
                ask(clients.get(number), number);
                int waiting = order.indexOf(number);
                Await.until(() -> waiting + " wait", () -> node.backend().getInteger("inUse") == 1
                        && node.backend().getInteger("queued") == waiting);
                // More than the 10 ms by which a later request may be preferred on its own loop.
                Await.pass(Duration.ofMillis(15));
            }
            gate.open();
            for (Wire client : clients) {
                assertThat(client.readAnswer().status()).isEqualTo(200);
                client.close();
            }
            assertThat(served).isEqualTo(order);
            assertThat(established.most()).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void anIdleConnectionOfOneLoopIsGivenUpForTheOthersClient() throws Exception {
        try (Origin origin = Origin.saying("hello"); Established established = Established.to(origin);
             GyreNode node = GyreNode.before(pool(1), origin);
             Wire one = Wire.to(node.port()); Wire other = Wire.to(node.port())) {
            long slowest = 0;
            for (int i = 0; i < 5; i++) {
                assertThat(ask(one, i).readAnswer().status()).isEqualTo(200);
                long begun = System.nanoTime();
                assertThat(ask(other, i).readAnswer().status()).isEqualTo(200);
                slowest = Math.max(slowest, System.nanoTime() - begun);
            }
            // Were it not given up, the other would be here until the queue's timeout.
            assertThat(Duration.ofNanos(slowest)).isLessThan(Duration.ofSeconds(30));
            assertThat(origin.accepted()).as("a connection for each change of the loop").isEqualTo(10);
            assertThat(established.most()).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void aSmallerLimitHoldsAsSoonAsConnectionsFinish() throws Exception {
        try (Origin origin = Origin.saying("hello").withoutRecording();
             GyreNode node = GyreNode.before(pool(50), origin);
             Load load = Load.of(node.port(), 100)) {
            Await.until("50 connections", () -> origin.openNow() == 50);
            node.command(new JsonObject().put("command", "service.put").put("service", "web")
                    .mergeIn(pool(5)));
            Await.until(() -> "5 connections, but " + origin.openNow(), () -> origin.openNow() <= 5);
            load.stop();
            assertThat(load.failures()).isEmpty();
            assertThat(node.backend().getInteger("maxConnections")).isEqualTo(5);
        }
    }
}
