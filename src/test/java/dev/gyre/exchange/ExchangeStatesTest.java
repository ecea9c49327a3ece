package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.LogLines;
import dev.gyre.model.BackendStats;
import dev.gyre.model.Balance;
import dev.gyre.model.ConcurrencyLimit;
import dev.gyre.model.EjectionPolicy;
import dev.gyre.model.HealthPolicy;
import dev.gyre.model.Hedge;
import dev.gyre.model.HoldPolicy;
import dev.gyre.model.HostHeader;
import dev.gyre.model.Limits;
import dev.gyre.model.PoolPolicy;
import dev.gyre.model.RetryCause;
import dev.gyre.model.RetryPolicy;
import dev.gyre.model.Scope;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Timeouts;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.state.Action;
import net.jqwik.api.state.ActionChain;
import net.jqwik.api.state.Transformer;

/**
 * Attempts, hedges, holds, drains, timeouts, lost connections and clients that leave, in any order: in the
 * end nothing is in flight, nothing waits, every slot is back and no deadline is set.
 */
class ExchangeStatesTest {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String PUT = "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n";
    private static final String EXPECT = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
            + "Content-Length: 4\r\n\r\n";
    private static final String HALF = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha";
    private static final Duration HEDGE = Duration.ofMillis(50);
    private static final int BACKENDS = 2;
    private static final List<Integer> ONE = List.of(0);
    private static final List<Integer> OTHER = List.of(1);
    private static final List<Integer> ALL = List.of(0, 1);

    /** As long as each run leaves nothing behind, the next may begin with it. */
    private static Optional<SteppedProxy> clean = Optional.empty();

    private static ServicePolicy policy(Set<RetryCause> causes) {
        return new ServicePolicy(Balance.DEFAULT, new HostHeader.Client(),
                new PoolPolicy(1, Scope.NODE, 4, Duration.ofSeconds(2), Duration.ofSeconds(30)),
                new Timeouts(Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(3),
                        Optional.of(Duration.ofSeconds(15))),
                new RetryPolicy(3, causes, Set.of(503), Optional.empty(),
                        new RetryPolicy.Backoff(Duration.ofMillis(20), Duration.ofMillis(40)), 64 * 1024,
                        new RetryPolicy.Budget(1, 1000), new Hedge.After(HEDGE)),
                EjectionPolicy.DEFAULT, HealthPolicy.DEFAULT,
                new HoldPolicy(5, Optional.of(Duration.ofSeconds(4))), new ConcurrencyLimit.Fixed(7));
    }

    private static SteppedProxy begin() {
        try {
            SteppedProxy begun = clean.isPresent() ? clean.get()
                    : new SteppedProxy(BACKENDS, policy(EnumSet.allOf(RetryCause.class)),
                            Limits.DEFAULT.within(1000));
            clean = Optional.empty();
            return begun;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @AfterContainer
    static void close() throws Exception {
        if (clean.isPresent()) {
            clean.get().close();
        }
    }

    /** Whoever waits is let go; then everybody leaves, and all the time there is passes. */
    private static void nothingIsLeft(SteppedProxy proxy) throws Exception {
        proxy.hold(Optional.empty());
        for (int i = 0; i < BACKENDS; i++) {
            proxy.drain(i, false);
        }
        proxy.step(Duration.ofMillis(500));
        proxy.step(Duration.ofMillis(500));
        proxy.clients().forEach(client -> client.leave(false));
        for (SteppedBackend backend : proxy.backends()) {
            backend.connections().forEach(connection -> connection.leave(true));
            backend.refuses(false);
        }
        for (int i = 0; i < BACKENDS; i++) {
            proxy.drain(i, true);
        }
        for (int i = 0; i < 30; i++) {
            proxy.step(Duration.ofMillis(500));
        }
        proxy.until("nothing in flight", () -> proxy.inFlight() == 0);
        proxy.until("nothing waits for a connection", () -> proxy.queued() == 0);
        proxy.until("nothing waits for a backend", () -> proxy.held() == 0);
        proxy.until("nothing counts as admitted", () -> proxy.admitted() == 0);
        proxy.until("every connection's slot is back", () -> proxy.connections() == 0);
        // A pool looks for connections that have rested long also when it has none any more.
        proxy.step(Duration.ofMinutes(1));
        assertThat(proxy.noDeadlineIsSet()).as("no deadline is set").isTrue();
        for (int i = 0; i < BACKENDS; i++) {
            proxy.drain(i, false);
        }
        clean = Optional.of(proxy);
    }

    @Property(tries = 200)
    void everyPlaceComesBack(@ForAll("exchanges") ActionChain<SteppedProxy> chain) throws Exception {
        try (LogLines log = LogLines.capture()) {
            nothingIsLeft(chain.run());
            assertThat(log.text()).doesNotContain("Exception", "ended twice", " ERROR ");
        }
    }

    private interface Step {
        void on(SteppedProxy proxy) throws Exception;
    }

    private static Transformer<SteppedProxy> step(String what, Step step) {
        return Transformer.mutate(what, proxy -> {
            try {
                step.on(proxy);
                proxy.settle();
            } catch (Exception e) {
                throw new AssertionError(what, e);
            }
        });
    }

    private static Action.Independent<SteppedProxy> anyOf(Arbitrary<Transformer<SteppedProxy>> steps) {
        return () -> steps;
    }

    @Provide
    Arbitrary<ActionChain<SteppedProxy>> exchanges() {
        return ActionChain.startWith(ExchangeStatesTest::begin)
                .withAction(8, anyOf(Arbitraries.of(GET, GET, GET, GET, GET, GET, PUT, EXPECT, PUT + "body")
                        .map(ExchangeStatesTest::ask)))
                .withAction(8, anyOf(Arbitraries.integers().between(0, BACKENDS - 1)
                        .flatMap(backend -> answers().map(answer -> answer(backend, answer)))))
                .withAction(5, anyOf(Arbitraries.of(20, 60, 60, 60, 60, 60, 600, 1100, 2100, 3100)
                        .map(millis -> step(millis + " ms pass", proxy ->
                                proxy.step(Duration.ofMillis(millis))))))
                .withAction(4, anyOf(Arbitraries.of(ONE, OTHER, ALL, ALL, ALL)
                        .flatMap(some -> Arbitraries.of(true, false).map(yes -> drain(some, yes)))))
                .withAction(3, anyOf(Arbitraries.of(1, 2, 3).map(ExchangeStatesTest::contend)))
                .withAction(1, anyOf(clients().map(ExchangeStatesTest::atClient)))
                .withAction(1, anyOf(Arbitraries.of(true, false).map(yes -> step("hold " + yes, proxy ->
                        proxy.hold(yes ? Optional.of(Duration.ofSeconds(5)) : Optional.empty())))))
                .withAction(1, anyOf(Arbitraries.integers().between(0, BACKENDS - 1)
                        .flatMap(backend -> Arbitraries.of(true, false, false).map(yes ->
                                step(backend + " refuses " + yes, proxy ->
                                        proxy.backend(backend).refuses(yes))))))
                .withMaxTransformations(80);
    }

    private static Transformer<SteppedProxy> ask(String request) {
        return step("ask " + request.substring(0, 4), proxy -> {
            if (proxy.clients().size() < 8) {
                proxy.client().send(request);
            }
        });
    }

    /** Kept connections, a request at one backend, its hedge at the other, and more that wait for either. */
    private static Transformer<SteppedProxy> contend(int waiting) {
        return step("contend " + waiting, proxy -> {
            proxy.hold(Optional.empty());
            for (int i = 0; i < BACKENDS; i++) {
                proxy.backend(i).refuses(false);
                proxy.drain(i, false);
                proxy.client().send(GET);
            }
            for (int i = 0; i < 10; i++) {
                proxy.step(Duration.ofMillis(20));
                proxy.backends().forEach(backend -> backend.asked().forEach(connection ->
                        connection.complete(connection.answering() ? "lf" : SteppedBackend.OK)));
            }
            proxy.client().send(GET);
            proxy.settle();
            proxy.step(HEDGE.plusMillis(20));
            for (int i = 0; i < waiting; i++) {
                proxy.client().send(GET);
            }
        });
    }

    private static Transformer<SteppedProxy> drain(List<Integer> some, boolean yes) {
        return step((yes ? "drain " : "resume ") + some, proxy -> {
            for (int backend : some) {
                proxy.drain(backend, yes);
            }
        });
    }

    private enum AtClient { SENDS_REST, LEAVES, RESETS, HALF_CLOSES }

    private static Arbitrary<AtClient> clients() {
        return Arbitraries.of(AtClient.class);
    }

    private static Transformer<SteppedProxy> atClient(AtClient what) {
        return step("the first client " + what, proxy -> proxy.clients().stream().findFirst()
                .ifPresent(client -> {
                    switch (what) {
                        case SENDS_REST -> client.send("body");
                        case LEAVES -> client.leave(false);
                        case RESETS -> client.leave(true);
                        case HALF_CLOSES -> client.halfClose();
                    }
                }));
    }

    private enum Answer { WHOLE, HALF, REST, UNAVAILABLE, CONTINUE, CLOSE, RESET, CLOSE_ALL }

    private static Arbitrary<Answer> answers() {
        return Arbitraries.of(Answer.WHOLE, Answer.WHOLE, Answer.HALF, Answer.HALF, Answer.REST, Answer.REST,
                Answer.UNAVAILABLE, Answer.CONTINUE, Answer.CLOSE, Answer.RESET, Answer.CLOSE,
                Answer.CLOSE_ALL);
    }

    private static Transformer<SteppedProxy> answer(int backend, Answer what) {
        return step("backend " + backend + " " + what, proxy -> {
            if (what == Answer.CLOSE_ALL) {
                proxy.backend(backend).connections().forEach(connection -> connection.leave(false));
                return;
            }
            Predicate<SteppedBackend.Connection> suits = what == Answer.REST
                    ? SteppedBackend.Connection::answering
                    : what == Answer.CLOSE || what == Answer.RESET ? connection -> true
                    : connection -> !connection.answering();
            proxy.backend(backend).asked().stream().filter(suits).findFirst().ifPresent(connection -> {
                switch (what) {
                    case WHOLE -> connection.complete(SteppedBackend.OK);
                    case HALF -> connection.begin(HALF);
                    case REST -> connection.complete("lf");
                    case UNAVAILABLE -> connection.complete(
                            "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
                    case CONTINUE -> connection.send("HTTP/1.1 100 Continue\r\n\r\n");
                    default -> connection.leave(what == Answer.RESET);
                }
            });
        });
    }

    @Example
    void aRequestThatHasFailedIsHedgedNoMore() throws Exception {
        try (SteppedProxy proxy = new SteppedProxy(BACKENDS, policy(Set.of()),
                Limits.DEFAULT.within(1000))) {
            SteppedPeer client = proxy.client();
            client.send(GET);
            proxy.until("asked", () -> asked(proxy) == 1);
            proxy.backends().forEach(backend ->
                    backend.asked().forEach(connection -> connection.leave(true)));
            proxy.until("refused", () -> client.received().startsWith("HTTP/1.1 502"));
            proxy.step(HEDGE.plusMillis(20));
            proxy.until("nothing in flight", () -> proxy.inFlight() == 0);
            assertThat(proxy.stats()).extracting(BackendStats::opened).as("nobody else is asked")
                    .containsExactlyInAnyOrder(1L, 0L);
        }
    }

    private static int asked(SteppedProxy proxy) {
        return proxy.backends().stream().mapToInt(backend -> backend.asked().size()).sum();
    }

    /** The first leak of a slot that was found. */
    @Example
    void anAttemptThatIsMovedBesideItsHedgeWaitsForNoOtherBackend() throws Exception {
        SteppedProxy proxy = begin();
        for (int i = 0; i < BACKENDS; i++) {
            // So that each has a connection that is kept.
            proxy.client().send(GET);
            int asked = i + 1;
            proxy.until("asked", () -> asked(proxy) == asked);
        }
        proxy.backends().forEach(backend -> backend.asked().get(0).complete(SteppedBackend.OK));
        proxy.until("answered", () -> proxy.inFlight() == 0);
        proxy.client().send(GET);
        proxy.until("asked again", () -> asked(proxy) == 1);
        int first = proxy.backend(0).asked().isEmpty() ? 1 : 0;
        int second = 1 - first;
        proxy.step(HEDGE.plusMillis(20));
        proxy.until("the hedge", () -> proxy.backend(second).asked().size() == 1);
        proxy.client().send(GET);
        proxy.client().send(GET);
        proxy.until("two wait", () -> proxy.queued() == 2);
        SteppedBackend.Connection lost = proxy.backend(first).asked().get(0);
        lost.leave(false);
        proxy.until("one of them has its slot", () -> proxy.backend(first).asked().stream()
                .anyMatch(one -> one != lost));
        proxy.until("the lost attempt waits again", () -> proxy.queued() == 2);
        proxy.drain(second, true);
        proxy.drain(first, true);
        assertThat(proxy.held()).as("of the other requests").isPositive();
        proxy.backend(second).asked().get(0).begin(HALF);
        proxy.until("half an answer", () -> proxy.clients().stream()
                .anyMatch(client -> client.received().endsWith("ha")));
        proxy.drain(second, false);
        proxy.pass(Duration.ofSeconds(2));
        nothingIsLeft(proxy);
    }
}
