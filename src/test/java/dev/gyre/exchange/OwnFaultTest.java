package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.Balance;
import dev.gyre.model.ConcurrencyLimit;
import dev.gyre.model.EjectionPolicy;
import dev.gyre.model.Failure;
import dev.gyre.model.FinishedExchange;
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
import dev.gyre.model.Strategy;
import dev.gyre.model.Timeouts;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * A fault of Gyre's own in the choice of a backend: wherever the choice begins, the client hears 500, and
 * the request keeps neither its permit nor its place in a line.
 */
class OwnFaultTest {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** Dice that the choice of a backend throws; they break. */
    private static final class BreakingDice extends Random {

        private static final long serialVersionUID = 1;
        private volatile boolean broken;

        BreakingDice() {
            super(1);
        }

        @Override
        protected int next(int bits) {
            if (broken) {
                throw new IllegalStateException("the dice are broken");
            }
            return super.next(bits);
        }
    }

    private final BreakingDice dice = new BreakingDice();

    private SteppedProxy proxy(int backends) throws Exception {
        return proxy(backends, new Hedge.Off());
    }

    private SteppedProxy proxy(int backends, Hedge hedge) throws Exception {
        return new SteppedProxy(backends, new ServicePolicy(Balance.of(Strategy.WEIGHTED_RANDOM),
                new HostHeader.Client(),
                new PoolPolicy(1, Scope.NODE, 4, SECOND.multipliedBy(2), SECOND.multipliedBy(30)),
                new Timeouts(SECOND, SECOND.multipliedBy(5), SECOND.multipliedBy(3), Optional.empty()),
                new RetryPolicy(3, EnumSet.allOf(RetryCause.class), Set.of(503), Optional.empty(),
                        new RetryPolicy.Backoff(Duration.ofMillis(20), Duration.ofMillis(40)), 64 * 1024,
                        new RetryPolicy.Budget(1, 1000), hedge),
                EjectionPolicy.DEFAULT, HealthPolicy.DEFAULT, HoldPolicy.DEFAULT,
                new ConcurrencyLimit.Fixed(7)), Limits.DEFAULT.within(1000), dice);
    }

    private static void isAnswered(SteppedPeer client, SteppedProxy proxy) throws Exception {
        proxy.until("answered", () -> client.received().startsWith("HTTP/1.1 500"));
        proxy.until("finished", () -> proxy.finished().stream().map(FinishedExchange::end)
                .anyMatch(end -> end.failure().equals(Optional.of(Failure.INTERNAL))));
    }

    private static void nothingIsKept(SteppedProxy proxy) throws Exception {
        assertThat(proxy.inFlight()).as("in flight").isZero();
        assertThat(proxy.queued()).as("queued").isZero();
        assertThat(proxy.held()).as("held").isZero();
        assertThat(proxy.admitted()).as("admitted").isZero();
    }

    @Test
    void whereARequestBegins() throws Exception {
        try (SteppedProxy proxy = proxy(2)) {
            SteppedPeer client = proxy.client();
            dice.broken = true;
            client.send(GET);
            isAnswered(client, proxy);
            nothingIsKept(proxy);
        }
    }

    @Test
    void whereAHoldEnds() throws Exception {
        try (SteppedProxy proxy = proxy(2)) {
            proxy.hold(Optional.of(SECOND.multipliedBy(10)));
            SteppedPeer client = proxy.client();
            client.send(GET);
            proxy.until("held", () -> proxy.held() == 1);
            dice.broken = true;
            proxy.hold(Optional.empty());
            proxy.pass(SECOND.multipliedBy(2));
            isAnswered(client, proxy);
            nothingIsKept(proxy);
        }
    }

    @Test
    void whereARetryIsDue() throws Exception {
        try (SteppedProxy proxy = proxy(2)) {
            SteppedPeer client = proxy.client();
            client.send(GET);
            // The first retry goes to the other backend at once, the second one after a pause.
            for (int i = 0; i < 2; i++) {
                int attempts = i + 1;
                proxy.until("asked", () -> proxy.backends().stream()
                        .anyMatch(backend -> !backend.asked().isEmpty()));
                proxy.backends().forEach(backend ->
                        backend.asked().forEach(connection -> connection.leave(true)));
                proxy.until("the attempt has ended", () -> proxy.ended() == attempts);
            }
            dice.broken = true;
            proxy.step(Duration.ofMillis(60));
            isAnswered(client, proxy);
            nothingIsKept(proxy);
        }
    }

    @Test
    void whereAHedgeIsDue() throws Exception {
        try (SteppedProxy proxy = proxy(3, new Hedge.After(Duration.ofMillis(50)))) {
            SteppedPeer client = proxy.client(GET);
            proxy.until("asked", () -> proxy.backends().stream()
                    .anyMatch(backend -> !backend.asked().isEmpty()));
            dice.broken = true;
            proxy.step(Duration.ofMillis(70));
            isAnswered(client, proxy);
            nothingIsKept(proxy);
        }
    }

    @Test
    void whereItsBackendLeavesTheRotation() throws Exception {
        try (SteppedProxy proxy = proxy(3)) {
            proxy.drain(1, true);
            proxy.drain(2, true);
            SteppedPeer first = proxy.client();
            first.send(GET);
            proxy.until("asked", () -> proxy.backend(0).asked().size() == 1);
            SteppedPeer client = proxy.client();
            client.send(GET);
            proxy.until("queued", () -> proxy.queued() == 1);
            proxy.drain(1, false);
            proxy.drain(2, false);
            dice.broken = true;
            proxy.drain(0, true);
            isAnswered(client, proxy);
            proxy.backend(0).asked().get(0).complete(SteppedBackend.OK);
            proxy.until("the other is answered", () -> first.received().startsWith("HTTP/1.1 200"));
            proxy.until("nothing in flight", () -> proxy.inFlight() == 0);
            nothingIsKept(proxy);
        }
    }
}
