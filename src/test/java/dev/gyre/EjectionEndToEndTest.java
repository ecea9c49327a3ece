package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.Fault;
import dev.gyre.kit.FaultyBackend;
import dev.gyre.kit.Load;
import dev.gyre.kit.StoppableProcess;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One backend of four fails: after its first failures requests go to the others. */
class EjectionEndToEndTest {

    private static final JsonObject NOTHING_SET = new JsonObject();

    private final List<FaultyBackend> backends =
            IntStream.range(0, 4).mapToObj(i -> new FaultyBackend("backend-" + i)).toList();
    private final FaultyBackend bad = backends.get(2);

    @AfterEach
    void closeBackends() {
        backends.forEach(FaultyBackend::close);
    }

    private GyreNode node(JsonObject ejection) {
        return GyreNode.before(new JsonObject(), new JsonObject().put("ejection", ejection),
                backends.stream().map(FaultyBackend::url).toArray(String[]::new));
    }

    /** Requests that are not repeated whatever becomes of them, each on a connection of its own. */
    private static void post(GyreNode node, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            try (Wire client = Wire.to(node.port())) {
                client.post("/", "body").readAnswer();
            }
        }
    }

    /** Of twelve requests in a row it gets none. */
    private boolean leftOut(GyreNode node) throws IOException {
        int before = bad.requests();
        post(node, 12);
        return bad.requests() == before;
    }

    static Stream<Fault> faults() {
        return Stream.of(Fault.status(503), new Fault.Reset());
    }

    @ParameterizedTest
    @MethodSource("faults")
    void whoFailsFiveTimesGetsNoMore(Fault fault) throws Exception {
        try (GyreNode node = node(NOTHING_SET)) {
            bad.begin(fault);
            Await.until(() -> "five failures, not " + bad.requests(), () -> {
                post(node, 1);
                return bad.requests() == 5;
            });
            // It needs no further request, only a moment for the news to spread.
            Await.until("ejected", () -> seen(node, bad.url()).getString("state").equals("ejected"));
            Await.until("left out", () -> leftOut(node));
            assertThat(leftOut(node)).as("from then on").isTrue();
            JsonObject shown = seen(node, bad.url());
            assertThat(shown.getString("state")).isEqualTo("ejected");
            assertThat(shown.getString("reason")).startsWith("5 failures in a row (last: ");
            assertThat(Instant.parse(shown.getString("until")))
                    .isEqualTo(Instant.parse(shown.getString("since")).plusSeconds(10));
        }
    }

    @Test
    void whoFailsNowAndThenIsKept() throws Exception {
        try (GyreNode node = node(NOTHING_SET)) {
            bad.begin(new Fault.Status(503, 0.25));
            post(node, 96);
            assertThat(leftOut(node)).isFalse();
            assertThat(seen(node, bad.url()).getString("state")).isEqualTo("up");
        }
    }

    @Test
    void whoRefusesConnectionsIsLeftOutAndComesBackByItself() throws Exception {
        JsonObject brief = new JsonObject().put("baseEjection", "300ms").put("maxEjection", "300ms");
        try (GyreNode node = node(brief)) {
            bad.die();
            post(node, 24);
            long failed = failures(node);
            assertThat(failed).isGreaterThanOrEqualTo(5);
            bad.recover();
            Await.until("it gets requests again", () -> !leftOut(node));
            assertThat(failures(node)).as("just back it failed once at most, and then was away again")
                    .isLessThan(failed + 3);
        }
    }

    private long failures(GyreNode node) {
        return seen(node, bad.url()).getLong("failures");
    }

    private static JsonObject seen(GyreNode node, String url) {
        return rows(node).filter(row -> row.getString("url").equals(url)).findFirst().orElseThrow();
    }

    private static Stream<JsonObject> rows(GyreNode node) {
        return node.command(new JsonObject().put("command", "backend.list")).getJsonArray("backends").stream()
                .map(JsonObject.class::cast);
    }

    @Test
    void whatTheClientDoesIsNotHeldAgainstTheBackend() throws Exception {
        try (GyreNode node = node(NOTHING_SET)) {
            bad.begin(Fault.status(404));
            post(node, 48);
            backends.forEach(backend -> backend.begin(new Fault.Hang()));
            for (int i = 0; i < 24; i++) {
                int before = asked();
                try (Wire client = Wire.to(node.port())) {
                    client.get("/");
                    Await.until("a backend has the request", () -> asked() > before);
                    // One that closed would be taken for one that has closed its own side only.
                    client.reset();
                }
                Await.until("it is given up", () -> rows(node).allMatch(row -> row.getLong("inFlight") == 0));
            }
            backends.forEach(backend -> backend.begin(new Fault.None()));
            assertThat(leftOut(node)).isFalse();
        }
    }

    private int asked() {
        return backends.stream().mapToInt(FaultyBackend::requests).sum();
    }

    @Test
    void whoStandsStillIsLeftOutLongBeforeItsRequestsTimeOut() throws Exception {
        int users = 300;
        String[] urls = backends.stream().map(FaultyBackend::url).toArray(String[]::new);
        // Nothing but the ejection sends a request elsewhere, and it outlasts the test.
        JsonObject service = new JsonObject().put("timeouts", new JsonObject().put("connect", "20s"))
                .put("ejection", new JsonObject().put("baseEjection", "5m"));
        try (StoppableProcess stopped = StoppableProcess.start()) {
            urls[2] = stopped.url();
            try (GyreNode node = GyreNode.before(new JsonObject(), service, urls);
                 Load load = Load.of(node.port(), users, 400)) {
                Await.until("traffic", () -> load.answered() > 400);
                stopped.freeze();
                Await.until("ejected", () -> seen(node, stopped.url()).getString("state").equals("ejected"));
                assertThat(seen(node, stopped.url()).getString("reason")).contains("no answer");
                Await.until("who waits there goes elsewhere",
                        () -> seen(node, stopped.url()).getLong("inFlight") == 0);
                // Fewer than five who wait say nothing.
                assertThat(node.metric("retries_total")).as("one at most for each user who waited there")
                        .isBetween(5.0, (double) users);
                load.stop();
                assertThat(load.failures()).isEmpty();
            }
        }
    }
}
