package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gyre.GyreNode;
import dev.gyre.kit.Await;
import dev.gyre.kit.Command;
import dev.gyre.kit.Fault;
import dev.gyre.kit.FaultyBackend;
import dev.gyre.kit.ProblemAnswer;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What one backend cannot do another may, but nothing may be done twice that does not bear it, and nothing
 * that a client has seen may be taken back.
 */
class FailingBackendTest {

    private final FaultyBackend bad = new FaultyBackend("bad");
    private final FaultyBackend good = new FaultyBackend("good");

    @AfterEach
    void close() {
        bad.close();
        good.close();
    }

    private static GyreNode before(JsonObject retry, FaultyBackend... backends) {
        return before("", retry, backends);
    }

    /**
     * With limits that no good backend reaches, as each repetition is counted.
     *
     * @param how a backend fails, as in {@link #fail}: only the limit that ends it is short
     */
    private static GyreNode before(String how, JsonObject retry, FaultyBackend... backends) {
        JsonObject timeouts = new JsonObject().put("connect", how.equals("blackhole") ? "1s" : "20s")
                .put("firstByte", how.equals("hang") ? "2s" : "20s");
        return GyreNode.before(new JsonObject().put("instances", 1),
                new JsonObject().put("retry", retry).put("timeouts", timeouts),
                Arrays.stream(backends).map(FaultyBackend::url).toArray(String[]::new));
    }

    private static JsonObject retry() {
        return new JsonObject().put("backoff", new JsonObject().put("base", "1ms"));
    }

    /** So many requests, one after the other, so that each backend is the first choice of half of them. */
    private static List<Wire.Answer> answers(GyreNode node, int count, String method, String body)
            throws IOException {
        Wire.Answer[] answers = new Wire.Answer[count];
        try (Wire client = Wire.to(node.port())) {
            for (int i = 0; i < count; i++) {
                client.write(method + " / HTTP/1.1\r\nHost: a\r\n"
                        + (body.isEmpty() ? "" : "Content-Length: " + body.length() + "\r\n") + "\r\n"
                        + body);
                answers[i] = client.readAnswer();
            }
        }
        return List.of(answers);
    }

    private static void everyLeaseEnds(GyreNode node) throws Exception {
        Await.until("nothing in flight", () -> Command.rows(node.command(Command.LIST)).stream()
                .allMatch(row -> row.getLong("inFlight") == 0));
    }

    private void fail(String how) throws IOException {
        switch (how) {
            case "refuse" -> bad.refuse();
            case "blackhole" -> bad.blackhole();
            case "reset" -> bad.begin(new Fault.Reset());
            case "hang" -> bad.begin(new Fault.Hang());
            default -> bad.begin(Fault.status(Integer.parseInt(how)));
        }
    }

    @ParameterizedTest
    @CsvSource({"refuse, GET", "refuse, POST", "blackhole, GET", "blackhole, POST", "reset, GET",
        "reset, PUT", "hang, DELETE", "hang, PUT", "502, GET", "503, GET", "504, GET", "503, PUT"})
    void anotherBackendDoesIt(String how, String method) throws Exception {
        fail(how);
        String body = method.startsWith("P") ? "x".repeat(60_000) : "";
        // Fewer where half of them wait for a limit.
        int requests = how.equals("hang") || how.equals("blackhole") ? 2 : 4;
        try (GyreNode node = before(how, retry(), bad, good)) {
            assertThat(answers(node, requests, method, body)).allSatisfy(answer -> {
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.body()).isEqualTo(body.isEmpty() ? "good" : body);
            });
            assertThat(good.requests()).isEqualTo(requests);
            assertThat(node.metric("retries_total")).isEqualTo(requests / 2);
            Await.until("each is counted once", () -> node.samples("gyre_service_requests_total").equals(
                    Map.of("service=\"web\",code=\"2xx\",outcome=\"answered\"", (long) requests)));
            everyLeaseEnds(node);
        }
    }

    @ParameterizedTest
    @CsvSource({"reset, POST, 502", "reset, PATCH, 502", "hang, POST, 504", "503, POST, 503",
        "500, GET, 500", "429, GET, 429"})
    void whatMayNotBeRepeatedIsNot(String how, String method, int status) throws Exception {
        fail(how);
        try (GyreNode node = before(how, retry(), bad, good)) {
            assertThat(answers(node, 4, method, method.equals("GET") ? "" : "body"))
                    .extracting(Wire.Answer::status).containsExactlyInAnyOrder(200, 200, status, status);
            Await.until("the bad one has had its share", () -> bad.requests() >= 2);
            assertThat(bad.requests()).isEqualTo(2);
            assertThat(good.requests()).isEqualTo(2);
            everyLeaseEnds(node);
        }
    }

    @Test
    void whatIsTooLargeToKeepIsNotRepeated() throws Exception {
        bad.begin(new Fault.Hang());
        try (GyreNode node = before("hang", retry().put("buffer", "1KB"), bad, good)) {
            assertThat(answers(node, 2, "PUT", "x".repeat(1025))).extracting(Wire.Answer::status)
                    .containsExactlyInAnyOrder(200, 504);
            assertThat(good.requests()).as("nothing is sent again in part").isEqualTo(1);
            assertThat(answers(node, 2, "PUT", "x".repeat(1024))).extracting(Wire.Answer::status)
                    .containsOnly(200);
        }
    }

    @Test
    void theLastAnswerIsTheClients() throws Exception {
        bad.begin(Fault.status(503));
        try (GyreNode node = before(retry(), bad)) {
            assertThat(answers(node, 1, "GET", "").get(0).head().startLine()).isEqualTo("HTTP/1.1 503 Told");
            assertThat(bad.requests()).as("no other is there, so it is asked again").isEqualTo(3);
            everyLeaseEnds(node);
        }
    }

    @Test
    void whoIsTooSlowIsNotAskedAgain() throws Exception {
        bad.begin(new Fault.Hang());
        try (GyreNode node = before("hang", retry(), bad)) {
            ProblemAnswer.check(answers(node, 1, "GET", "").get(0), 504, "http_response_timeout",
                    "first-byte-timeout");
            Await.until("it has been asked", () -> bad.requests() >= 1);
            assertThat(bad.requests()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatTheClientHasSeenStays(boolean breaks) throws Exception {
        bad.begin(new Fault.HangAfterHead());
        try (GyreNode node = before(retry().put("perTry", "50ms"), bad); Wire client = Wire.to(node.port())) {
            assertThat(client.get("/").readHead().status()).isEqualTo(200);
            if (breaks) {
                bad.die();
                assertThat(client.ends()).isTrue();
            } else {
                client.socket().setSoTimeout(200);
                assertThatThrownBy(client::read).isInstanceOf(IOException.class);
            }
            assertThat(bad.requests()).isEqualTo(1);
            assertThat(node.metric("retries_total")).isZero();
        }
    }

    @Test
    void anAttemptIsCutShortOnlyWhereAnotherCanFollow() throws Exception {
        bad.begin(new Fault.Slow(Duration.ofMillis(900)));
        try (GyreNode alone = before(retry().put("perTry", "300ms"), bad)) {
            assertThat(answers(alone, 1, "GET", "").get(0).body()).as("the only backend").isEqualTo("bad");
        }
        try (GyreNode node = before(retry().put("perTry", "300ms"), bad, good)) {
            assertThat(answers(node, 4, "POST", "body")).extracting(Wire.Answer::status).containsOnly(200);
            assertThat(bad.requests()).as("one alone, and half of those that are not repeated").isEqualTo(3);
        }
        // Time enough for the good one, and still too little for the bad one.
        bad.begin(new Fault.Slow(Duration.ofSeconds(6)));
        try (GyreNode node = before(retry().put("perTry", "2s"), bad, good)) {
            assertThat(answers(node, 2, "GET", "")).extracting(Wire.Answer::body).containsOnly("good");
        }
    }

    @Test
    void oneAttemptIsOne() throws Exception {
        bad.refuse();
        try (GyreNode node = before(retry().put("attempts", 1), bad, good)) {
            assertThat(answers(node, 4, "GET", "")).extracting(Wire.Answer::status)
                    .containsExactlyInAnyOrder(200, 200, 502, 502);
        }
    }

    @Test
    void aSpentBudgetLetsTheFailureThrough() throws Exception {
        bad.begin(Fault.status(503));
        JsonObject nothing = new JsonObject().put("ratio", 0).put("perSecond", 0);
        try (GyreNode node = before(retry().put("budget", nothing), bad, good)) {
            assertThat(answers(node, 4, "GET", "")).extracting(Wire.Answer::status)
                    .containsExactlyInAnyOrder(200, 200, 503, 503);
            assertThat(node.metric("retries_refused_total")).isEqualTo(2);
            assertThat(node.metric("retries_total")).isZero();
        }
    }

    @Test
    void aSlowRequestIsHedgedAndTheSlowBackendIsNotToBlame() throws Exception {
        bad.begin(new Fault.Hang());
        Duration after = Duration.ofMillis(500);
        JsonObject retry = retry().put("on", new JsonArray())
                .put("hedge", new JsonObject().put("after", after.toMillis() + "ms"));
        try (GyreNode node = before(retry, bad, good)) {
            int slow = 0;
            for (int i = 0; i < 4; i++) {
                long begun = System.nanoTime();
                assertThat(answers(node, 1, "GET", "").get(0).body()).isEqualTo("good");
                slow += System.nanoTime() - begun >= after.toNanos() ? 1 : 0;
            }
            assertThat(node.metric("hedges_total")).as("half of them, and none that was not slow")
                    .isBetween(2.0, (double) slow);
            everyLeaseEnds(node);
            Await.until("the slow attempt is called off", () -> bad.openNow() == 0);
            assertThat(Command.rows(node.command(Command.LIST))).extracting(row -> row.getLong("failures"))
                    .containsOnly(0L);
        }
        try (GyreNode node = before("hang", retry, bad, good)) {
            assertThat(answers(node, 2, "POST", "body")).as("not repeated").extracting(Wire.Answer::status)
                    .containsExactlyInAnyOrder(200, 504);
        }
    }

    @Test
    void aHedgeThatFailsHarmsNothing() throws Exception {
        bad.begin(new Fault.Reset());
        good.begin(new Fault.Slow(Duration.ofMillis(120)));
        JsonObject retry = retry().put("hedge", new JsonObject().put("after", "20ms"));
        try (GyreNode node = before(retry, bad, good)) {
            assertThat(answers(node, 4, "GET", "")).extracting(Wire.Answer::body).containsOnly("good");
            everyLeaseEnds(node);
        }
    }
}
