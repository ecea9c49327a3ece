package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.Await;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Requests sent ahead must be answered one by one, in their order, however long the first one takes. */
class PipeliningTest {

    private static final int REQUESTS = 20;

    @Test
    void answersComeInTheOrderOfTheRequests() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        try (Origin origin = Origin.of(exchange -> {
            if (exchange.request().target().equals("/0")) {
                await(first);
            }
            exchange.respond(200, exchange.request().target());
        }); GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port())) {
            StringBuilder ahead = new StringBuilder();
            for (int i = 0; i < REQUESTS; i++) {
                ahead.append("GET /").append(i).append(" HTTP/1.1\r\nHost: a\r\n\r\n");
            }
            client.write(ahead.toString());
            Await.until("the first request is with the backend", () -> !origin.requests().isEmpty());
            first.countDown();
            for (int i = 0; i < REQUESTS; i++) {
                assertThat(client.readAnswer().body()).isEqualTo("/" + i);
            }
        }
    }

    @Test
    void bodiesAndFailuresInBetweenKeepTheOrder() throws Exception {
        try (Origin origin = Origin.of(Origin.Exchange::echo);
             GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port())) {
            StringBuilder ahead = new StringBuilder();
            for (int i = 0; i < REQUESTS; i++) {
                String body = "x".repeat(i * 500);
                ahead.append("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: ").append(body.length())
                        .append("\r\n\r\n").append(body)
                        .append("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
                        .append("3\r\nabc\r\n0\r\n\r\n");
            }
            client.write(ahead + "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            for (int i = 0; i < REQUESTS; i++) {
                assertThat(client.readAnswer().body()).hasSize(i * 500);
                assertThat(client.readAnswer().body()).isEqualTo("abc");
            }
            assertThat(client.readAnswer().head().first("Connection")).contains("close");
            assertThat(client.ends()).isTrue();
        }
    }

    @Test
    void ownAnswersKeepTheOrderToo() throws Exception {
        JsonObject route = new JsonObject().put("path", "/there/*").put("service", "web");
        try (Origin origin = Origin.of(exchange -> exchange.respond(200, exchange.request().target()));
             GyreNode node = GyreNode.before(new JsonObject().put("routes",
                     new JsonArray().add(route)), new JsonObject(), origin.url());
             Wire client = Wire.to(node.port())) {
            for (int i = 0; i < REQUESTS; i++) {
                client.get("/there/" + i).get("/nowhere");
            }
            for (int i = 0; i < REQUESTS; i++) {
                assertThat(client.readAnswer().body()).isEqualTo("/there/" + i);
                assertThat(client.readAnswer().status()).isEqualTo(404);
            }
        }
    }

    @Test
    void nothingIsReadBehindTheLastRequest() throws Exception {
        try (Origin origin = Origin.saying("ok"); GyreNode node = GyreNode.before(origin);
             Wire client = Wire.to(node.port())) {
            client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                    + "GET /behind HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2));
            assertThat(client.readAnswer().head().first("Connection")).contains("close");
            assertThat(client.ends()).isTrue();
            assertThat(origin.requests()).hasSize(1);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(Await.SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
