package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Admin;
import dev.gyre.kit.Await;
import dev.gyre.kit.Command;
import dev.gyre.kit.Load;
import dev.gyre.kit.Origin;
import dev.gyre.kit.ProblemAnswer;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** All backends of a service are exchanged for others: its clients must notice nothing but a pause. */
class HoldAndSwapTest {

    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    private static final int REQUESTS = 5_000;
    private static final int USERS = 400;

    private static JsonObject service(String verb) {
        return new JsonObject().put("command", "service." + verb).put("service", "web");
    }

    private static JsonObject hold(String span) {
        return service("hold").put("for", span);
    }

    private static int waiting(GyreNode node) {
        return node.command(new JsonObject().put("command", "service.list")).getJsonArray("services")
                .getJsonObject(0).getInteger("waiting");
    }

    private static void awaitWaiting(GyreNode node, int count) throws Exception {
        Await.until(() -> count + " waiting, not " + waiting(node), () -> waiting(node) >= count);
    }

    private static JsonObject settings(Object... holdSettings) {
        JsonObject hold = new JsonObject();
        for (int i = 0; i < holdSettings.length; i += 2) {
            hold.put((String) holdSettings[i], holdSettings[i + 1]);
        }
        // A slow machine fills the pool's queue by itself; to be refused there says nothing about a hold.
        return new JsonObject().put("hold", hold)
                .put("pool", new JsonObject().put("maxConnections", 32).put("queueTimeout", "20s"));
    }

    @Test
    void noneOfFiveThousandRequestsFailsWhileAllBackendsAreExchanged() throws Exception {
        Origin first = Origin.saying("old").withoutRecording();
        Origin second = Origin.saying("old").withoutRecording();
        AtomicInteger byNew = new AtomicInteger();
        try (Origin next = Origin.of(exchange -> {
                byNew.incrementAndGet();
                exchange.respond(200, "new");
            }).withoutRecording();
                GyreNode node = GyreNode.before(settings(), first, second);
                Load load = Load.of(node.port(), USERS, 2_000)) {
            Admin admin = new Admin(node.adminPort());
            Await.until("a load", () -> load.answered() > REQUESTS / 5);
            assertThat(load.failures()).as("failed before the exchange").isEmpty();
            admin.command(hold("60s"));
            awaitWaiting(node, USERS);
            assertThat(load.failures()).as("failed as the hold began").isEmpty();
            for (Origin old : new Origin[] {first, second}) {
                admin.command(Command.backend("remove", old.url(), "wait", true));
                old.close();
            }
            long before = load.answered();
            assertThat(byNew).hasValue(0);
            admin.command(Command.backend("add", next.url()));
            assertThat(waiting(node)).isEqualTo(USERS);
            assertThat(load.answered()).as("answered while held").isEqualTo(before);
            admin.command(service("release"));
            Await.until(() -> load.answered() + " answered", () -> load.answered() >= REQUESTS);
            load.stop();
            assertThat(load.failures()).as("failed after the release").isEmpty();
            assertThat(byNew.get()).isGreaterThanOrEqualTo(USERS);
            assertThat(waiting(node)).isZero();
            assertThat(node.metric("holds_total")).isGreaterThanOrEqualTo(USERS);
        }
    }

    @Test
    void aForgottenHoldEndsByItselfAndABodyWaitsWithItsClient() throws Exception {
        try (Origin origin = Origin.of(Origin.Exchange::echo);
             GyreNode node = GyreNode.before(settings(), origin)) {
            node.command(hold("60s"));
            try (Wire client = Wire.to(node.port()).post("/", "kept by the client")) {
                awaitWaiting(node, 1);
                assertThat(origin.requests()).isEmpty();
                // Counts anew, now that the request is there.
                node.command(hold("1s"));
                Wire.Answer answer = client.readAnswer();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.body()).isEqualTo("kept by the client");
            }
        }
    }

    @Test
    void tooManyAreRefusedAndWhoLeavesMakesRoom() throws Exception {
        try (Origin origin = Origin.saying("served");
             GyreNode node = GyreNode.before(settings("queue", 2), origin)) {
            node.command(hold("60s"));
            Wire leaving = Wire.to(node.port()).write(REQUEST);
            try (Wire staying = Wire.to(node.port()).write(REQUEST)) {
                awaitWaiting(node, 2);
                try (Wire third = Wire.to(node.port()).write(REQUEST)) {
                    Wire.Answer refused = third.readAnswer();
                    ProblemAnswer.check(refused, 503, "connection_limit_reached", "hold-full");
                    assertThat(refused.head().first("Retry-After")).contains("1");
                }
                leaving.reset();
                Await.until("one to leave", () -> waiting(node) == 1);
                try (Wire fourth = Wire.to(node.port()).write(REQUEST)) {
                    awaitWaiting(node, 2);
                    node.command(service("release"));
                    assertThat(staying.readAnswer().status()).isEqualTo(200);
                    assertThat(fourth.readAnswer().status()).isEqualTo(200);
                }
            }
            assertThat(origin.requests()).as("he who left is not asked for").hasSize(2);
            assertThat(node.metric("holds_refused_total")).isEqualTo(1);
        }
    }

    @Test
    void theTimeForTheWholeRequestRunsWhileItWaits() throws Exception {
        JsonObject settings = settings().put("timeouts", new JsonObject().put("request", "200ms"));
        try (Origin origin = Origin.saying("served"); GyreNode node = GyreNode.before(settings, origin)) {
            node.command(hold("60s"));
            try (Wire client = Wire.to(node.port()).write(REQUEST)) {
                ProblemAnswer.check(client.readAnswer(), 504, "http_response_timeout", "request-timeout");
            }
            assertThat(waiting(node)).isZero();
        }
    }

    @Test
    void aServiceWithoutABackendWaitsForOneIfItMay() throws Exception {
        try (Origin origin = Origin.saying("served");
             GyreNode node = GyreNode.before(settings("whenEmpty", "20s"), origin)) {
            node.command(Command.backend("drain", origin.url()));
            try (Wire client = Wire.to(node.port()).write(REQUEST)) {
                awaitWaiting(node, 1);
                node.command(Command.backend("resume", origin.url()));
                assertThat(client.readAnswer().status()).isEqualTo(200);
            }
            node.command(new JsonObject().put("command", "service.put").put("service", "web")
                    .put("hold", new JsonObject().put("whenEmpty", "100ms")));
            node.command(Command.backend("drain", origin.url()));
            try (Wire client = Wire.to(node.port()).write(REQUEST)) {
                ProblemAnswer.check(client.readAnswer(), 503, "destination_unavailable", "no-backend");
            }
        }
    }

    @Test
    void whoWaitsIsToldWhenTheNodeStops() throws Exception {
        JsonObject web = settings();
        try (Origin origin = Origin.saying("served");
             GyreNode node = GyreNode.before(new JsonObject().put("grace", "600ms"), web, origin.url())) {
            node.command(hold("60s"));
            try (Wire client = Wire.to(node.port()).write(REQUEST)) {
                awaitWaiting(node, 1);
                node.stop();
                Wire.Answer refused = client.readAnswer();
                ProblemAnswer.check(refused, 503, "proxy_internal_error", "stopped");
                assertThat(refused.head().first("Connection")).contains("close");
            }
        }
    }

    @Test
    void theWaitOfARemovedServiceEnds() throws Exception {
        try (Origin origin = Origin.saying("served"); GyreNode node = GyreNode.before(settings(), origin)) {
            node.command(hold("60s"));
            try (Wire client = Wire.to(node.port()).write(REQUEST)) {
                awaitWaiting(node, 1);
                node.command(service("remove").put("force", true));
                ProblemAnswer.check(client.readAnswer(), 503, "destination_unavailable", "no-backend");
            }
        }
    }
}
