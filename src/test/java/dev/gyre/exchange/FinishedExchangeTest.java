package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.Balance;
import dev.gyre.model.ConcurrencyLimit;
import dev.gyre.model.EjectionPolicy;
import dev.gyre.model.ExchangePhase;
import dev.gyre.model.Failure;
import dev.gyre.model.Failure.Side;
import dev.gyre.model.FinishedAttempt;
import dev.gyre.model.FinishedExchange;
import dev.gyre.model.FinishedExchange.Bytes;
import dev.gyre.model.HealthPolicy;
import dev.gyre.model.Hedge;
import dev.gyre.model.HoldPolicy;
import dev.gyre.model.HostHeader;
import dev.gyre.model.Limits;
import dev.gyre.model.Outcome;
import dev.gyre.model.PoolPolicy;
import dev.gyre.model.RetryCause;
import dev.gyre.model.RetryPolicy;
import dev.gyre.model.Scope;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Timeouts;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way in which a request can end makes exactly one record, which says how that was. */
class FinishedExchangeTest {

    private static final String GET = "GET /a?b HTTP/1.1\r\nHost: h\r\n\r\n";
    private static final String POST = "POST /a?b HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n";
    private static final String EARLY = "POST /a?b HTTP/1.1\r\nHost: h\r\nContent-Length: 400\r\n\r\nbody";
    private static final String HALF = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha";
    private static final Duration HEDGE = Duration.ofMillis(50);

    /** Plays a request, and perhaps the end of it. */
    private interface Play {
        void on(SteppedProxy proxy) throws Exception;
    }

    /**
     * @param attempts reason and outcome of each
     * @param ends     as {@link #says} has it: who ended it, phase, status, failure, then the attempts
     */
    private record Way(String name, Limits limits, RetryPolicy retry, boolean onNative, Play play,
                       List<String> ends) {

        Way with(Limits other) {
            return new Way(name, other.within(1000), retry, onNative, play, ends);
        }

        Way with(RetryPolicy other) {
            return new Way(name, limits, other, onNative, play, ends);
        }

        /** On a transport that can ask the kernel. */
        Way natively() {
            return new Way(name, limits, retry, true, play, ends);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Way way(String name, Play play, String... ends) {
        return new Way(name, Limits.DEFAULT.within(1000), retry(1, new Hedge.Off()), false, play,
                List.of(ends));
    }

    private static RetryPolicy retry(int attempts, Hedge hedge) {
        return new RetryPolicy(attempts, EnumSet.allOf(RetryCause.class), Set.of(503), Optional.empty(),
                new RetryPolicy.Backoff(Duration.ofMillis(20), Duration.ofMillis(40)), 64 * 1024,
                new RetryPolicy.Budget(1, 1000), hedge);
    }

    private static Limits limits(OptionalInt connections, OptionalLong body, boolean halfClose) {
        return new Limits(connections, connections, OptionalInt.empty(), 8 * 1024, 64 * 1024, 100,
                Duration.ofSeconds(10), Duration.ofSeconds(75), 500, Duration.ofSeconds(10), body, halfClose);
    }

    private static ServicePolicy policy(RetryPolicy retry, Duration idle) {
        return new ServicePolicy(Balance.DEFAULT, new HostHeader.Client(),
                new PoolPolicy(2, Scope.NODE, 1, Duration.ofSeconds(2), Duration.ofSeconds(30)),
                new Timeouts(Duration.ofSeconds(5), Duration.ofSeconds(5), idle,
                        Optional.empty()),
                retry, EjectionPolicy.DEFAULT, HealthPolicy.DEFAULT, new HoldPolicy(1, Optional.empty()),
                new ConcurrencyLimit.Off());
    }

    /** Sends a request that comes to a backend. */
    private static SteppedPeer ask(SteppedProxy proxy, String request) throws Exception {
        int before = asked(proxy);
        SteppedPeer client = proxy.client();
        client.send(request);
        proxy.until("asked", () -> asked(proxy) == before + 1);
        return client;
    }

    private static int asked(SteppedProxy proxy) {
        return proxy.backends().stream().mapToInt(backend -> backend.asked().size()).sum();
    }

    private static SteppedBackend.Connection backend(SteppedProxy proxy) {
        return proxy.backends().stream().flatMap(backend -> backend.asked().stream()).findFirst()
                .orElseThrow();
    }

    private static SteppedPeer send(SteppedProxy proxy, String raw) throws Exception {
        SteppedPeer client = proxy.client();
        client.send(raw);
        proxy.settle();
        return client;
    }

    static Stream<Way> ways() {
        return Stream.of(served(), refused(), byTime(), byClient(), byBackend(), byNode())
                .flatMap(some -> some);
    }

    private static Stream<Way> served() {
        return Stream.of(
                way("an answer", proxy -> {
                    ask(proxy, GET);
                    backend(proxy).complete(SteppedBackend.OK);
                }, "- ANSWERING 200 - FIRST:200"),
                way("an answer after the body", proxy -> {
                    ask(proxy, POST + "body");
                    backend(proxy).complete(SteppedBackend.OK);
                }, "- ANSWERING 200 - FIRST:200"),
                way("an answer of this node", proxy -> send(proxy, "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"),
                        "- SELECTING 204 -"),
                way("three requests at once", proxy -> {
                    SteppedPeer client = proxy.client();
                    client.send(GET + GET + GET);
                    for (int i = 0; i < 3; i++) {
                        proxy.until("asked", () -> asked(proxy) == 1);
                        backend(proxy).complete(SteppedBackend.OK);
                        proxy.settle();
                    }
                }, "- ANSWERING 200 - FIRST:200", "- ANSWERING 200 - FIRST:200",
                        "- ANSWERING 200 - FIRST:200"),
                way("an answer of the second backend", proxy -> {
                    ask(proxy, GET);
                    backend(proxy).complete("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
                    proxy.until("asked again", () -> asked(proxy) == 1);
                    backend(proxy).complete(SteppedBackend.OK);
                }, "- ANSWERING 200 - FIRST:503 RETRY:200").with(retry(2, new Hedge.Off())),
                way("an answer to the hedge", proxy -> {
                    ask(proxy, GET);
                    proxy.step(HEDGE.plusMillis(20));
                    proxy.until("hedged", () -> asked(proxy) == 2);
                    SteppedBackend.Connection hedge = proxy.backend(1).asked().get(0);
                    hedge.complete(SteppedBackend.OK);
                }, "- ANSWERING 200 - FIRST:moved HEDGE:200").with(retry(2, new Hedge.After(HEDGE))),
                way("an early answer, and the rest of the request", proxy -> {
                    SteppedPeer client = ask(proxy, EARLY);
                    backend(proxy).complete(SteppedBackend.OK);
                    proxy.until("answered", () -> client.received().endsWith("ok"));
                    client.send("x".repeat(396));
                }, "- LINGERING 200 - FIRST:200"));
    }

    private static Stream<Way> refused() {
        return Stream.of(
                way("no valid head", proxy -> send(proxy, "GET  / HTTP/1.1\r\nHost: h\r\n\r\n"),
                        "NODE HEAD 400 BAD_REQUEST"),
                way("no valid field", proxy -> send(proxy, "GET / HTTP/1.1\r\nHost: h\r\nA : b\r\n\r\n"),
                        "NODE HEAD 400 BAD_REQUEST"),
                way("too long a line", proxy -> send(proxy, "GET /" + "a".repeat(9000) + " HTTP/1.1\r\n"),
                        "NODE HEAD 414 URI_TOO_LONG"),
                way("no valid head behind a request", proxy -> {
                    ask(proxy, GET + "GET  / HTTP/1.1\r\nHost: h\r\n\r\n");
                    backend(proxy).complete(SteppedBackend.OK);
                }, "- ANSWERING 200 - FIRST:200", "NODE HEAD 400 BAD_REQUEST"),
                way("no host", proxy -> send(proxy, "GET / HTTP/1.1\r\n\r\n"),
                        "NODE HEAD 400 BAD_REQUEST"),
                way("a body too large", proxy -> {
                    SteppedPeer client = send(proxy, EARLY);
                    proxy.until("refused", () -> client.received().contains(" 413 "));
                    client.leave(false);
                }, "NODE SELECTING 413 BODY_TOO_LARGE")
                        .with(limits(OptionalInt.empty(), OptionalLong.of(10), true)),
                way("an invalid chunk", proxy -> {
                    SteppedPeer client = ask(proxy, "PUT / HTTP/1.1\r\nHost: h\r\n"
                            + "Transfer-Encoding: chunked\r\n\r\n");
                    client.send("zz\r\n");
                }, "NODE SENDING 400 BAD_REQUEST FIRST:BAD_REQUEST"),
                way("a connection too many", proxy -> {
                    SteppedPeer first = proxy.client();
                    try (SocketChannel second = proxy.connect()) {
                        proxy.until("reset", () -> proxy.finished().size() == 1);
                    }
                    first.leave(false);
                }, "NODE ADMISSION 0 CONNECTION_LIMIT")
                        .with(limits(OptionalInt.of(1), OptionalLong.empty(), true)));
    }

    private static Stream<Way> byTime() {
        return Stream.of(
                way("a head that does not end", proxy -> {
                    proxy.client("GET / HT");
                    proxy.step(Duration.ofSeconds(11));
                }, "NODE HEAD 408 CLIENT_TIMEOUT"),
                way("a head that does not end behind a request", proxy -> {
                    ask(proxy, GET + "GET / HT");
                    backend(proxy).complete(SteppedBackend.OK);
                    proxy.until("answered", () -> proxy.finished().size() == 1);
                    proxy.step(Duration.ofSeconds(11));
                }, "- ANSWERING 200 - FIRST:200", "NODE HEAD 408 CLIENT_TIMEOUT"),
                way("a body that does not come", proxy -> {
                    ask(proxy, POST);
                    proxy.step(Duration.ofSeconds(11));
                    proxy.step(Duration.ofSeconds(6));
                }, "NODE SENDING 408 CLIENT_TIMEOUT FIRST:CLIENT_TIMEOUT"),
                way("an answer that does not begin", proxy -> {
                    ask(proxy, GET);
                    proxy.step(Duration.ofSeconds(6));
                }, "NODE AWAITING 504 FIRST_BYTE_TIMEOUT FIRST:FIRST_BYTE_TIMEOUT"),
                way("an answer that does not go on", proxy -> {
                    SteppedPeer client = ask(proxy, GET);
                    backend(proxy).begin(HALF);
                    proxy.until("half an answer", () -> client.received().endsWith("ha"));
                    proxy.step(Duration.ofSeconds(61));
                }, "NODE ANSWERING 200 RESPONSE_IDLE_TIMEOUT FIRST:RESPONSE_IDLE_TIMEOUT"),
                way("a hold that lasts too long", proxy -> {
                    proxy.hold(Optional.of(Duration.ofSeconds(1)));
                    proxy.client(GET);
                    proxy.drain(0, true);
                    proxy.drain(1, true);
                    proxy.pass(Duration.ofSeconds(2));
                }, "NODE SELECTING 503 NO_BACKEND"),
                way("a client that takes nothing of its answer, by the service's limit",
                        FinishedExchangeTest::stall,
                        "NODE ANSWERING 200 CLIENT_TIMEOUT FIRST:CLIENT_TIMEOUT"),
                way("a client that takes nothing of its answer, by the limit on clients",
                        FinishedExchangeTest::stall,
                        "NODE ANSWERING 200 CLIENT_TIMEOUT FIRST:CLIENT_GONE").natively());
    }

    /** A client that reads nothing of a long answer, until it is given up. */
    private static void stall(SteppedProxy proxy) throws Exception {
        ask(proxy, GET).reads(false);
        SteppedBackend.Connection backend = backend(proxy);
        backend.begin("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
        String piece = "x".repeat(1 << 20);
        for (int full = 0; full < 3; full = backend.isFull() ? full + 1 : 0) {
            backend.send(piece);
            proxy.settle();
        }
        // How many bytes the kernel takes beyond that, and for how long, is its affair.
        proxy.until("given up", () -> {
            proxy.step(Duration.ofSeconds(1));
            backend.send(piece);
            return !proxy.finished().isEmpty();
        });
    }

    private static Stream<Way> byClient() {
        return Stream.of(
                way("gone within the first line", proxy -> proxy.client("GE").leave(false),
                        "CLIENT HEAD 0 CLIENT_GONE"),
                way("gone within the fields", proxy -> proxy.client("GET / HTTP/1.1\r\nHo").leave(true),
                        "CLIENT HEAD 0 CLIENT_GONE"),
                way("half closed within the head", proxy -> proxy.client("GET / HTTP/1.1\r\nHo").halfClose(),
                        "CLIENT HEAD 0 CLIENT_GONE"),
                way("gone within a second head", proxy -> {
                    SteppedPeer client = ask(proxy, GET + "GE");
                    client.leave(true);
                }, "CLIENT AWAITING 0 CLIENT_GONE FIRST:CLIENT_GONE", "CLIENT HEAD 0 CLIENT_GONE"),
                way("gone with two requests in line", proxy -> {
                    SteppedPeer client = ask(proxy, GET + GET + GET);
                    client.leave(true);
                }, "CLIENT AWAITING 0 CLIENT_GONE FIRST:CLIENT_GONE", "CLIENT HEAD 0 CLIENT_GONE",
                        "CLIENT HEAD 0 CLIENT_GONE"),
                way("gone while it waits for a backend", proxy -> {
                    proxy.hold(Optional.of(Duration.ofSeconds(5)));
                    proxy.client(GET).leave(true);
                }, "CLIENT SELECTING 0 CLIENT_GONE"),
                way("gone within the body", proxy -> ask(proxy, POST + "bo").leave(true),
                        "CLIENT SENDING 0 CLIENT_GONE FIRST:CLIENT_GONE"),
                way("half closed within the body", proxy -> ask(proxy, POST + "bo").halfClose(),
                        "CLIENT SENDING 0 CLIENT_GONE FIRST:CLIENT_GONE"),
                way("gone before the answer", proxy -> ask(proxy, GET).leave(true),
                        "CLIENT AWAITING 0 CLIENT_GONE FIRST:CLIENT_GONE"),
                way("gone within the answer", proxy -> {
                    SteppedPeer client = ask(proxy, GET);
                    backend(proxy).begin(HALF);
                    proxy.until("half an answer", () -> client.received().endsWith("ha"));
                    client.leave(true);
                }, "CLIENT ANSWERING 200 CLIENT_GONE FIRST:CLIENT_GONE"),
                way("gone after an early answer", proxy -> {
                    SteppedPeer client = ask(proxy, EARLY);
                    backend(proxy).complete(SteppedBackend.OK);
                    proxy.until("answered", () -> client.received().endsWith("ok"));
                    client.leave(true);
                }, "CLIENT LINGERING 200 - FIRST:200"),
                way("silent after an early answer", proxy -> {
                    SteppedPeer client = ask(proxy, EARLY);
                    backend(proxy).complete(SteppedBackend.OK);
                    proxy.until("answered", () -> client.received().endsWith("ok"));
                    proxy.step(Duration.ofSeconds(6));
                }, "NODE LINGERING 200 - FIRST:200"));
    }

    private static Stream<Way> byBackend() {
        return Stream.of(
                way("refused by the backend", proxy -> {
                    proxy.backend(0).refuses(true);
                    send(proxy, GET);
                }, "BACKEND SELECTING 502 CONNECT_REFUSED FIRST:CONNECT_REFUSED"),
                way("closed before the answer", proxy -> {
                    ask(proxy, GET);
                    backend(proxy).leave(false);
                }, "BACKEND AWAITING 502 NO_ANSWER FIRST:NO_ANSWER"),
                way("closed within the answer", proxy -> {
                    SteppedPeer client = ask(proxy, GET);
                    backend(proxy).begin(HALF);
                    proxy.until("half an answer", () -> client.received().endsWith("ha"));
                    backend(proxy).leave(false);
                }, "BACKEND ANSWERING 200 RESPONSE_INCOMPLETE FIRST:RESPONSE_INCOMPLETE"),
                way("closed by both backends", proxy -> {
                    ask(proxy, GET);
                    backend(proxy).leave(false);
                    proxy.until("asked again", () -> asked(proxy) == 1);
                    backend(proxy).leave(false);
                }, "BACKEND AWAITING 502 NO_ANSWER FIRST:NO_ANSWER RETRY:NO_ANSWER")
                        .with(retry(2, new Hedge.Off())),
                way("an invalid answer", proxy -> {
                    ask(proxy, GET);
                    backend(proxy).complete("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n");
                }, "NODE AWAITING 502 RESPONSE_INVALID FIRST:RESPONSE_INVALID"));
    }

    private static Stream<Way> byNode() {
        return Stream.of(
                way("no memory for an answer", proxy -> {
                    ask(proxy, GET);
                    proxy.exhaust();
                }, "NODE AWAITING 0 NO_MEMORY FIRST:CLIENT_GONE"),
                way("no memory for a head", proxy -> {
                    proxy.client("GET / HTTP/1.1\r\nHo");
                    proxy.exhaust();
                }, "NODE HEAD 0 NO_MEMORY"),
                way("stopped", proxy -> {
                    ask(proxy, GET);
                    proxy.client("GET / HTTP/1.1\r\nHo");
                    proxy.stop();
                }, "NODE AWAITING 0 STOPPED FIRST:CLIENT_GONE", "NODE HEAD 0 STOPPED"),
                way("behind the last answer", proxy -> {
                    ask(proxy, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" + GET);
                    backend(proxy).complete(SteppedBackend.OK);
                }, "- ANSWERING 200 - FIRST:200", "NODE HEAD 0 NOT_SERVED"));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void isMadeOnce(Way way) throws Exception {
        Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(way.onNative));
        try (SteppedProxy proxy = new SteppedProxy(vertx, 2, policy(way.retry,
                way.onNative ? Duration.ofHours(1) : Duration.ofSeconds(60)), way.limits)) {
            way.play.on(proxy);
            proxy.until("finished", () -> proxy.finished().size() >= way.ends.size());
            proxy.clients().forEach(client -> client.leave(true));
            proxy.settle();
            assertThat(proxy.finished()).extracting(FinishedExchangeTest::says)
                    .containsExactlyInAnyOrderElementsOf(way.ends);
            proxy.finished().forEach(FinishedExchangeTest::holdsTogether);
        }
    }

    private static String says(FinishedExchange exchange) {
        StringBuilder text = new StringBuilder(exchange.end().by().map(Side::name).orElse("-"))
                .append(' ').append(exchange.end().phase()).append(' ').append(exchange.end().status())
                .append(' ').append(exchange.end().failure().map(Failure::name).orElse("-"));
        exchange.attempts().forEach(attempt ->
                text.append(' ').append(attempt.reason()).append(':').append(says(attempt.outcome())));
        return text.toString();
    }

    private static String says(Outcome outcome) {
        return outcome instanceof Outcome.Answered answered ? Integer.toString(answered.status())
                : outcome instanceof Outcome.Failed failed ? failed.failure().name() : "moved";
    }

    private static void holdsTogether(FinishedExchange exchange) {
        assertThat(exchange.client().address()).isEqualTo("127.0.0.1");
        assertThat(exchange.port()).isPositive();
        assertThat(exchange.times().startMillis()).isBetween(1_767_225_600_000L, 1_767_225_800_000L);
        assertThat(exchange.service()).isIn(Optional.of("web"), Optional.empty());
        assertThat(exchange.attempts().isEmpty() || exchange.route().isPresent()).isTrue();
        boolean head = exchange.end().phase().compareTo(ExchangePhase.HEAD) <= 0;
        assertThat(exchange.request().isPresent() || head).isTrue();
        for (FinishedAttempt attempt : exchange.attempts()) {
            assertThat(attempt.begun()).isBetween(0L, attempt.ended());
            assertThat(attempt.ended()).isLessThanOrEqualTo(exchange.times().total());
        }
    }

    @Test
    void itSaysWhatWasAskedAndHowLongItTook() throws Exception {
        try (SteppedProxy proxy = new SteppedProxy(1, policy(retry(1, new Hedge.Off()),
                Duration.ofSeconds(60)),
                Limits.DEFAULT.within(1000))) {
            SteppedPeer client = proxy.client("POST /a?b HTTP/1.1\r\n");
            proxy.step(Duration.ofMillis(100));
            client.send("Host: h:80\r\nContent-Length: 4\r\n\r\nbo");
            proxy.until("asked", () -> asked(proxy) == 1);
            proxy.step(Duration.ofMillis(200));
            client.send("dy");
            proxy.until("sent", () -> backend(proxy).whole());
            proxy.step(Duration.ofMillis(300));
            backend(proxy).begin(HALF);
            proxy.until("half an answer", () -> client.received().endsWith("ha"));
            proxy.step(Duration.ofMillis(400));
            backend(proxy).complete("lf");
            proxy.until("finished", () -> proxy.finished().size() == 1);
            FinishedExchange one = proxy.finished().get(0);
            assertThat(one.request()).contains(
                    new FinishedExchange.Request("POST", "/a?b", "h:80", "HTTP/1.1"));
            assertThat(one.bytes()).isEqualTo(new Bytes(4, 4, 4, 4));
            FinishedExchange.Times times = one.times();
            assertThat(Stream.of(times.head(), times.selecting(), times.sending(), times.awaiting(),
                    times.answering(), times.lingering()).map(nanos -> nanos / 1_000_000))
                    .containsExactly(100L, 0L, 200L, 300L, 400L, 0L);
            FinishedAttempt attempt = one.attempts().get(0);
            assertThat(Stream.of(attempt.begun(), attempt.connected(), attempt.answered(), attempt.ended())
                    .map(nanos -> nanos / 1_000_000)).containsExactly(100L, 100L, 600L, 1000L);
            assertThat(attempt.backend().url().port()).isEqualTo(proxy.backend(0).port());
        }
    }
}
