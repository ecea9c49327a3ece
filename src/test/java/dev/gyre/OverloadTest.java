package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Admin;
import dev.gyre.kit.Await;
import dev.gyre.kit.Command;
import dev.gyre.kit.Gate;
import dev.gyre.kit.Load;
import dev.gyre.kit.LogLines;
import dev.gyre.kit.Origin;
import dev.gyre.kit.ProblemAnswer;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** More is asked than the backends can do: those who are served must be served in time. */
class OverloadTest {

    private static final int WORKERS = 4;
    private static final int PER_SECOND = 200;
    private static final int USERS = 150;

    /** Works on four requests at a time, 20 ms each; the others wait. */
    private static Origin busy() {
        Semaphore workers = new Semaphore(WORKERS, true);
        return Origin.of(exchange -> {
            workers.acquireUninterruptibly();
            try {
                Await.pass(Duration.ofMillis(1000 * WORKERS / PER_SECOND));
            } catch (InterruptedException e) {
                throw new IOException(e);
            } finally {
                workers.release();
            }
            exchange.respond(200, "served");
        }).withoutRecording();
    }

    private static JsonObject put(Object limit) {
        return new JsonObject().put("command", "service.put").put("service", "web").put("limit", limit);
    }

    private static JsonObject adaptive() {
        return new JsonObject().put("adaptive", new JsonObject().put("min", 3));
    }

    private static JsonObject concurrency(GyreNode node) {
        return node.command(new JsonObject().put("command", "service.list")).getJsonArray("services")
                .getJsonObject(0).getJsonObject("concurrency");
    }

    private static void awaitInFlight(GyreNode node, int count) throws Exception {
        Await.until(() -> count + " in flight, not " + concurrency(node),
                () -> concurrency(node).getInteger("inFlight") == count);
    }

    private static double shed(GyreNode node, String priority) throws IOException {
        String sample = "gyre_service_shed_total{service=\"web\",priority=\"" + priority + "\"} ";
        return new Admin(node.adminPort()).get("/metrics").body().lines()
                .filter(line -> line.startsWith(sample))
                .mapToDouble(line -> Double.parseDouble(line.substring(sample.length()))).sum();
    }

    /** One route for each priority, {@code /critical} to {@code /sheddable}. */
    private static GyreNode byPriority(Object limit, Origin origin) {
        JsonArray routes = new JsonArray();
        for (String priority : List.of("critical", "normal", "sheddable")) {
            routes.add(new JsonObject().put("service", "web").put("path", "/" + priority)
                    .put("priority", priority));
        }
        return GyreNode.before(new JsonObject().put("routes", routes), new JsonObject().put("limit", limit),
                origin.url());
    }

    /**
     * Within how many milliseconds 50, 90 and 95 of 100 of the answers to come have come; one pause of a busy
     * machine is more than a hundredth of them.
     */
    private static double[] answerTimes(Load load) throws Exception {
        long before = load.answered();
        Await.until("answers under full load", () -> load.answered() >= before + 2 * PER_SECOND);
        long from = System.nanoTime();
        Await.until("as many again", () -> load.answered() >= before + 5 * PER_SECOND);
        double[] millis = load.millis(from, System.nanoTime());
        return new double[] {millis[millis.length / 2], millis[millis.length * 9 / 10],
            millis[millis.length * 95 / 100]};
    }

    @Test
    void underThreeTimesTheLoadAnswersComeInTimeWithALimitAndNotWithout() throws Exception {
        try (Origin origin = busy(); GyreNode node = GyreNode.before(new JsonObject(), origin);
             Load load = Load.of(node.port(), USERS, 3 * PER_SECOND)) {
            double[] without = answerTimes(load);
            node.command(put(adaptive()));
            AtomicReference<double[]> with = new AtomicReference<>();
            // Of a machine that does something else as well some seconds tell little.
            Await.until(() -> "p50, p90, p95: " + Arrays.toString(with.get()) + " ms instead of "
                    + Arrays.toString(without) + " ms; " + concurrency(node), () -> {
                with.set(answerTimes(load));
                return without[0] > 3 * with.get()[0] && without[1] > 2 * with.get()[1]
                        && without[2] > with.get()[2];
            });
            Await.until(() -> "a limit that suits " + WORKERS + " workers, not " + concurrency(node), () -> {
                int limit = concurrency(node).getInteger("limit");
                return limit >= WORKERS && limit <= 4 * WORKERS;
            });
            assertThat(load.failures().keySet()).allMatch(reason -> reason.contains("overloaded"));
        }
    }

    @Test
    void criticalRequestsAreServedWhileOthersAreShed() throws Exception {
        try (LogLines log = LogLines.capture(); Origin origin = busy();
             GyreNode node = byPriority(12, origin);
             Load sheddable = Load.of(node.port(), 60, 3 * PER_SECOND, "/sheddable");
             Load critical = Load.of(node.port(), 3, PER_SECOND / 4, "/critical")) {
            Await.until("answers", () -> critical.answered() >= PER_SECOND);
            critical.stop();
            sheddable.stop();
            assertThat(critical.failures()).isEmpty();
            assertThat(sheddable.answered()).isPositive();
            assertThat(sheddable.failures().values().stream().mapToInt(count -> count).sum())
                    .isGreaterThan(PER_SECOND);
            assertThat(shed(node, "critical")).isZero();
            assertThat(shed(node, "sheddable")).isPositive();
            awaitInFlight(node, 0);
            assertThat(log.with("overload")).singleElement().asString()
                    .contains("overload started service=web in_flight=7 limit=12 first_refused=sheddable");
        }
    }

    @Test
    void whoIsRefusedIsToldWhenToComeAgain() throws Exception {
        Gate gate = new Gate();
        List<Wire> clients = new ArrayList<>();
        try (Origin origin = Origin.of(exchange -> {
                gate.pass();
                exchange.respond(200, "served");
            });
             GyreNode node = byPriority(10, origin)) {
            fill(node, "sheddable", 6, clients);
            fill(node, "normal", 8, clients);
            fill(node, "critical", 10, clients);
            assertThat(shed(node, "normal")).isEqualTo(1);
            Await.until("all at the backend", () -> origin.requests().size() == 10);
            assertThat(node.backend().getInteger("refused")).as("is none of the backend's").isZero();
            gate.open();
            for (Wire client : clients) {
                assertThat(client.readAnswer().status()).isEqualTo(200);
            }
            awaitInFlight(node, 0);
        } finally {
            gate.open();
            for (Wire client : clients) {
                client.close();
            }
        }
    }

    /** Sends until so many are in flight; the next one is refused. */
    private static void fill(GyreNode node, String priority, int upTo, List<Wire> clients) throws Exception {
        while (concurrency(node).getInteger("inFlight") < upTo) {
            clients.add(Wire.to(node.port()).get("/" + priority));
            awaitInFlight(node, clients.size());
        }
        try (Wire refused = Wire.to(node.port()).get("/" + priority)) {
            Wire.Answer answer = refused.readAnswer();
            ProblemAnswer.check(answer, 503, "connection_limit_reached", "overloaded");
            assertThat(Integer.parseInt(answer.head().first("Retry-After").orElseThrow())).isBetween(1, 30);
            assertThat(concurrency(node).getInteger("inFlight")).isEqualTo(upTo);
        }
    }

    @Test
    void aRequestThatIsSentToTwoBackendsHasOnePlaceAndGivesItBack() throws Exception {
        Gate gate = new Gate();
        JsonObject retry = new JsonObject().put("hedge", new JsonObject().put("after", "20ms"))
                .put("budget", new JsonObject().put("perSecond", 1000));
        JsonObject settings = new JsonObject().put("limit", 1).put("retry", retry);
        try (Origin hanging = Origin.of(exchange -> {
                gate.pass();
                exchange.respond(200, "late");
            });
             Origin origin = Origin.saying("served");
             GyreNode node = GyreNode.before(settings, hanging, origin);
             Wire client = Wire.to(node.port())) {
            for (int i = 0; i < 10; i++) {
                client.get("/");
                assertThat(client.readAnswer().body()).isEqualTo("served");
            }
            assertThat(node.metric("hedges_total")).isPositive();
            gate.open();
            awaitInFlight(node, 0);
        } finally {
            gate.open();
        }
    }

    @Test
    void whoWaitsForABackendTakesNoPlace() throws Exception {
        JsonObject settings = new JsonObject().put("limit", 1)
                .put("hold", new JsonObject().put("whenEmpty", "20s"));
        try (Origin origin = Origin.saying("served"); GyreNode node = GyreNode.before(settings, origin)) {
            node.command(Command.backend("drain", origin.url()));
            try (Wire first = Wire.to(node.port()).get("/"); Wire second = Wire.to(node.port()).get("/")) {
                Await.until("two to wait", () -> node.metric("held_requests") == 2);
                assertThat(concurrency(node).getInteger("inFlight")).isZero();
                node.command(Command.backend("resume", origin.url()));
                assertThat(List.of(first.readAnswer().status(), second.readAnswer().status())).contains(200);
            }
            awaitInFlight(node, 0);
        }
    }

    @Test
    void aLimitThatIsTakenAwayIsGone() throws Exception {
        Gate gate = new Gate();
        try (Origin origin = Origin.of(exchange -> {
                gate.pass();
                exchange.respond(200, "served");
            });
             GyreNode node = GyreNode.before(new JsonObject().put("limit", 1), origin);
             Wire first = Wire.to(node.port()).get("/")) {
            awaitInFlight(node, 1);
            node.command(put("off"));
            assertThat(concurrency(node)).isNull();
            try (Wire second = Wire.to(node.port()).get("/")) {
                Await.until("both at the backend", () -> origin.requests().size() == 2);
                gate.open();
                assertThat(first.readAnswer().status()).isEqualTo(200);
                assertThat(second.readAnswer().status()).isEqualTo(200);
            }
            node.command(put(1));
            awaitInFlight(node, 0);
        } finally {
            gate.open();
        }
    }
}
