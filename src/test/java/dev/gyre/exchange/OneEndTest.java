package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.LogLines;
import dev.gyre.model.Balance;
import dev.gyre.model.ConcurrencyLimit;
import dev.gyre.model.EjectionPolicy;
import dev.gyre.model.ExchangePhase;
import dev.gyre.model.Failure;
import dev.gyre.model.FinishedAttempt;
import dev.gyre.model.FinishedAttempt.Reason;
import dev.gyre.model.FinishedExchange;
import dev.gyre.model.FinishedExchange.End;
import dev.gyre.model.FinishedExchange.Request;
import dev.gyre.model.HealthPolicy;
import dev.gyre.model.Hedge;
import dev.gyre.model.HoldPolicy;
import dev.gyre.model.HostHeader;
import dev.gyre.model.Limits;
import dev.gyre.model.Outcome;
import dev.gyre.model.PoolPolicy;
import dev.gyre.model.RequestCount;
import dev.gyre.model.RetryCause;
import dev.gyre.model.RetryPolicy;
import dev.gyre.model.Scope;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.StatusClass;
import dev.gyre.model.Timeouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.state.Action;
import net.jqwik.api.state.ActionChain;
import net.jqwik.api.state.Transformer;

/**
 * Whatever clients, backends and the clock do, in any order: every request of which a byte was read ends in
 * exactly one record that agrees with itself, is counted once, and leaves nothing behind.
 */
class OneEndTest {

    private static final int BACKENDS = 2;
    private static final int CLIENTS = 8;
    private static final String FIELDS = " HTTP/1.1\r\nHost: a\r\n";
    private static final String GET = "GET /#" + FIELDS + "\r\n";
    private static final String PUT = "PUT /#" + FIELDS + "Content-Length: 4\r\n\r\n";
    private static final String CHUNKED = "PUT /#" + FIELDS + "Transfer-Encoding: chunked\r\n\r\n";
    private static final String LONG = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
            + "x".repeat(1_000_000);

    /** What a client sends first, in one write; each # is a number of its own. */
    private enum First {
        ONE(1, GET, ""), TWO(2, GET + GET, ""), THREE(3, GET + GET + GET, ""),
        WHOLE_BODY(1, PUT + "body", ""), PART_OF_BODY(1, PUT + "bo", "dy"),
        CHUNKS(1, CHUNKED + "2\r\nbo\r\n", "2\r\ndy\r\n0\r\n\r\n"), BAD_CHUNK(1, CHUNKED + "zz\r\n", ""),
        EXPECTING(1, PUT.replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n"), "body"),
        PART_OF_LINE(1, "GET /# HT", "TP/1.1\r\nHost: a\r\n\r\n"),
        PART_OF_HEAD(1, "GET /#" + FIELDS, "\r\n"),
        PART_BEHIND(2, GET + "GET /#" + FIELDS, "\r\n"),
        NO_HOST(1, "GET /# HTTP/1.1\r\n\r\n", ""), BAD(1, "GET  /#\r\n\r\n", ""),
        BAD_BEHIND(2, GET + "GET  /#\r\n\r\n", ""), OLD(1, "GET /# HTTP/1.0\r\n\r\n", ""),
        BEHIND_LAST(2, "GET /#" + FIELDS + "Connection: close\r\n\r\n" + GET, ""), EMPTY_LINE(0, "\r\n", "");

        private final int requests;
        private final String raw;
        private final String rest;

        First(int requests, String raw, String rest) {
            this.requests = requests;
            this.raw = raw;
            this.rest = rest;
        }
    }

    private enum Then { MORE, LEAVES, RESETS, HALF_CLOSES, STOPS_READING, READS }

    private enum Answer {
        WHOLE, LONG, HALF, REST, UNTIL_CLOSED, UNAVAILABLE, CONTINUE, HINTS, GARBAGE, CLOSE, RESET, CLOSE_ALL
    }

    private static final class Client {

        private final SteppedPeer peer;
        private String rest;
        private boolean halfClosed;

        Client(SteppedPeer peer, String rest) {
            this.peer = peer;
            this.rest = rest;
        }
    }

    /** A proxy, and what is known of the requests that were sent to it. */
    private static final class Play {

        private final SteppedProxy proxy;
        private final List<Client> clients = new ArrayList<>();
        /** Targets of requests that may never have been read. */
        private final Set<String> perhaps = new HashSet<>();
        private int begun;
        private int numbers;

        Play(SteppedProxy proxy) {
            this.proxy = proxy;
        }

        private String numbered(String raw) {
            String text = raw;
            while (text.contains("#")) {
                text = text.replaceFirst("#", Integer.toString(numbers++));
            }
            return text;
        }

        void arrives(First first) throws Exception {
            clients.removeIf(client -> client.peer.ended());
            if (clients.size() < CLIENTS) {
                clients.add(new Client(proxy.client(numbered(first.raw)), first.rest));
                begun += first.requests;
            }
        }

        void goesOn(int index, Then how) {
            clients.removeIf(client -> client.peer.ended());
            if (clients.isEmpty()) {
                return;
            }
            Client client = clients.get(index % clients.size());
            switch (how) {
                case MORE -> sends(client);
                case LEAVES -> client.peer.leave(false);
                case RESETS -> client.peer.leave(true);
                case HALF_CLOSES -> {
                    client.halfClosed = true;
                    client.peer.halfClose();
                }
                case STOPS_READING -> client.peer.reads(false);
                case READS -> client.peer.reads(true);
            }
        }

        private void sends(Client client) {
            if (client.halfClosed) {
                return;
            }
            if (!client.rest.isEmpty()) {
                client.peer.send(client.rest);
                client.rest = "";
                return;
            }
            perhaps.add("/" + numbers);
            client.peer.send(numbered(GET));
        }

        void answers(int backend, Answer what) {
            if (what == Answer.CLOSE_ALL) {
                proxy.backend(backend).connections().forEach(connection -> connection.leave(false));
                return;
            }
            proxy.backend(backend).asked().stream().filter(connection -> switch (what) {
                case REST -> connection.answering();
                case CLOSE, RESET, GARBAGE -> true;
                default -> !connection.answering();
            }).findFirst().ifPresent(connection -> {
                switch (what) {
                    case WHOLE -> connection.complete(SteppedBackend.OK);
                    case LONG -> connection.complete(LONG);
                    case HALF -> connection.begin("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha");
                    case REST -> connection.complete("lf");
                    case UNTIL_CLOSED -> connection.begin("HTTP/1.1 404 No\r\n\r\nha");
                    case UNAVAILABLE -> connection.complete("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
                    case CONTINUE -> connection.send("HTTP/1.1 100 Continue\r\n\r\n");
                    case HINTS -> connection.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
                    case GARBAGE -> connection.send("\0garbage\r\n\r\n");
                    default -> connection.leave(what == Answer.RESET);
                }
            });
        }

        /** All leave, and all the time there is passes, step by step: what ends may begin something. */
        void ends() throws Exception {
            proxy.hold(Optional.empty());
            for (int i = 0; i < BACKENDS; i++) {
                proxy.drain(i, false);
            }
            proxy.pass(Duration.ofMillis(100));
            clients.forEach(client -> client.peer.leave(false));
            for (SteppedBackend backend : proxy.backends()) {
                backend.connections().forEach(connection -> connection.leave(true));
            }
            for (int i = 0; i < BACKENDS; i++) {
                proxy.drain(i, true);
            }
            for (int i = 0; i < 40; i++) {
                proxy.step(Duration.ofMillis(500));
            }
            proxy.until("nothing in flight", () -> proxy.inFlight() == 0);
            proxy.until("no client is connected", () -> proxy.clientConnections() == 0);
            proxy.until("no backend is connected", () -> proxy.connections() == 0);
            assertThat(proxy.queued()).as("waiting for a connection").isZero();
            assertThat(proxy.held()).as("waiting for a backend").isZero();
            assertThat(proxy.admitted()).as("permits").isZero();
            proxy.until("no memory is held", () -> proxy.memoryHeld() == 0);
            // A pool looks for connections that have rested long also when it has none any more.
            proxy.step(Duration.ofMinutes(1));
            assertThat(proxy.noDeadlineIsSet()).as("no deadline is set").isTrue();
        }

        void eachHasOneEnd() {
            List<FinishedExchange> sure = proxy.finished().stream()
                    .filter(one -> one.request().map(Request::target).filter(perhaps::contains).isEmpty())
                    .toList();
            assertThat(sure).as("requests that were read").hasSize(begun);
            assertThat(proxy.finished().stream().flatMap(one -> one.request().map(Request::target).stream()))
                    .as("each number ends once").doesNotHaveDuplicates();
            proxy.finished().forEach(OneEndTest::agreesWithItself);
            Map<List<Object>, Long> ended = proxy.allFinished().stream().collect(Collectors.groupingBy(
                    one -> List.of(one.service(), StatusClass.of(one.end().status()), one.end().failure()),
                    Collectors.counting()));
            assertThat(proxy.counted().stream().collect(Collectors.toMap(
                    count -> List.<Object>of(count.service(), count.code(), count.failure()),
                    RequestCount::requests))).isEqualTo(ended);
        }
    }

    private static void agreesWithItself(FinishedExchange one) {
        End end = one.end();
        List<FinishedAttempt> attempts = one.attempts();
        String says = one.toString();
        assertThat(end.status() == 0 && end.failure().isEmpty()).as(says).isFalse();
        assertThat(end.by()).as(says).isEqualTo(end.failure().map(Failure::endedBy).or(end::by));
        boolean head = end.phase().compareTo(ExchangePhase.HEAD) <= 0;
        assertThat(one.route().isEmpty()).as(says).isEqualTo(head);
        assertThat(one.times().total() == one.times().head()
                || one.times().selecting() + one.times().sending() + one.times().awaiting()
                + one.times().answering() + one.times().lingering() > 0).as(says).isTrue();
        if (head || end.phase() == ExchangePhase.SENDING || end.phase() == ExchangePhase.AWAITING) {
            assertThat(end.failure()).as(says).isPresent();
        }
        if (end.phase().compareTo(ExchangePhase.SENDING) >= 0) {
            assertThat(attempts).as(says).isNotEmpty();
        }
        if (end.failure().isEmpty()) {
            assertThat(attempts.get(attempts.size() - 1).outcome()).as(says)
                    .isInstanceOfSatisfying(Outcome.Answered.class,
                            answered -> assertThat(answered.status()).isEqualTo(end.status()));
            assertThat(one.bytes().toClient()).as(says).isEqualTo(one.bytes().fromBackend());
        }
        assertThat(attempts.stream().filter(attempt -> attempt.reason() == Reason.FIRST)).as(says)
                .hasSize(attempts.isEmpty() ? 0 : 1);
        for (FinishedAttempt attempt : attempts) {
            assertThat(Stream.of(attempt.begun(), attempt.connected(), attempt.answered(), attempt.ended())
                    .filter(nanos -> nanos != 0)).as(says).isSorted();
            assertThat(attempt.ended()).as(says).isLessThanOrEqualTo(one.times().total());
        }
    }

    private static ServicePolicy policy() {
        return new ServicePolicy(Balance.DEFAULT, new HostHeader.Client(),
                new PoolPolicy(2, Scope.NODE, 4, Duration.ofSeconds(2), Duration.ofSeconds(30)),
                new Timeouts(Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(3),
                        Optional.of(Duration.ofSeconds(15))),
                new RetryPolicy(3, EnumSet.allOf(RetryCause.class), Set.of(503), Optional.empty(),
                        new RetryPolicy.Backoff(Duration.ofMillis(20), Duration.ofMillis(40)), 64 * 1024,
                        new RetryPolicy.Budget(1, 1000), new Hedge.After(Duration.ofMillis(50))),
                EjectionPolicy.DEFAULT, HealthPolicy.DEFAULT,
                new HoldPolicy(5, Optional.of(Duration.ofSeconds(4))), new ConcurrencyLimit.Fixed(6));
    }

    private static Play begin() {
        try {
            return new Play(new SteppedProxy(BACKENDS, policy(), Limits.DEFAULT.within(1000)));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private interface Step {
        void on(Play play) throws Exception;
    }

    private static Transformer<Play> step(String what, Step step) {
        return Transformer.mutate(what, play -> {
            try {
                step.on(play);
                play.proxy.settle();
            } catch (Exception e) {
                throw new AssertionError(what, e);
            }
        });
    }

    private static Action.Independent<Play> anyOf(Arbitrary<Transformer<Play>> steps) {
        return () -> steps;
    }

    private static Arbitrary<Integer> backends() {
        return Arbitraries.integers().between(0, BACKENDS - 1);
    }

    private static Arbitrary<Boolean> yesOrNo() {
        return Arbitraries.of(true, false);
    }

    @Provide
    Arbitrary<ActionChain<Play>> plays() {
        return ActionChain.startWith(OneEndTest::begin)
                .withAction(8, anyOf(Arbitraries.of(First.class).map(first ->
                        step("comes " + first, play -> play.arrives(first)))))
                .withAction(6, anyOf(Arbitraries.integers().between(0, CLIENTS - 1).flatMap(index ->
                        Arbitraries.of(Then.class).map(how ->
                                step("client " + index + " " + how, play -> play.goesOn(index, how))))))
                .withAction(9, anyOf(backends().flatMap(backend -> Arbitraries.of(Answer.class).map(what ->
                        step("backend " + backend + " " + what, play -> play.answers(backend, what))))))
                .withAction(4, anyOf(Arbitraries.of(20, 60, 60, 600, 1100, 3100, 6000, 11_000).map(millis ->
                        step(millis + " ms", play -> play.proxy.step(Duration.ofMillis(millis))))))
                .withAction(1, anyOf(backends().flatMap(backend -> yesOrNo().map(yes ->
                        step(backend + " refuses " + yes, play ->
                                play.proxy.backend(backend).refuses(yes))))))
                .withAction(1, anyOf(backends().flatMap(backend -> yesOrNo().map(yes ->
                        step(backend + " drains " + yes, play -> play.proxy.drain(backend, yes))))))
                .withAction(1, anyOf(yesOrNo().map(yes -> step("hold " + yes, play ->
                        play.proxy.hold(yes ? Optional.of(Duration.ofSeconds(5)) : Optional.empty())))))
                .withMaxTransformations(40);
    }

    @Property(tries = 40)
    void everyRequestHasOne(@ForAll("plays") ActionChain<Play> chain) throws Exception {
        try (LogLines log = LogLines.capture()) {
            Play play = chain.run();
            try (SteppedProxy proxy = play.proxy) {
                play.ends();
                play.eachHasOneEnd();
            }
            assertThat(log.text()).doesNotContain("Exception", "ended twice", " ERROR ");
        }
    }
}
