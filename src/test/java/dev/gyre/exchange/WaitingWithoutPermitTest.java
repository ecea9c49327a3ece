package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.Balance;
import dev.gyre.model.ConcurrencyLimit;
import dev.gyre.model.EjectionPolicy;
import dev.gyre.model.Failure;
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
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A request that waits for its service to be released loads no backend: it keeps nobody else out. */
class WaitingWithoutPermitTest {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final Duration SECOND = Duration.ofSeconds(1);

    private SteppedProxy proxy;

    @BeforeEach
    void open() throws Exception {
        proxy = new SteppedProxy(2, new ServicePolicy(Balance.DEFAULT, new HostHeader.Client(),
                new PoolPolicy(1, Scope.NODE, 4, SECOND.multipliedBy(2), SECOND.multipliedBy(30)),
                new Timeouts(SECOND, SECOND.multipliedBy(5), SECOND.multipliedBy(3), Optional.empty()),
                new RetryPolicy(3, EnumSet.allOf(RetryCause.class), Set.of(503), Optional.empty(),
                        new RetryPolicy.Backoff(Duration.ofMillis(20), Duration.ofMillis(40)), 64 * 1024,
                        new RetryPolicy.Budget(1, 1000), new Hedge.Off()),
                EjectionPolicy.DEFAULT, HealthPolicy.DEFAULT,
                new HoldPolicy(5, Optional.of(SECOND.multipliedBy(20))), new ConcurrencyLimit.Fixed(1)),
                Limits.DEFAULT.within(1000));
    }

    @AfterEach
    void close() throws Exception {
        proxy.close();
    }

    private SteppedBackend.Connection asked() throws Exception {
        proxy.until("asked", () -> proxy.backends().stream().anyMatch(one -> !one.asked().isEmpty()));
        return proxy.backends().stream().flatMap(one -> one.asked().stream()).findFirst().orElseThrow();
    }

    @Test
    void aRetryThatMeetsAHoldIsAdmittedAgainWhenItGoes() throws Exception {
        SteppedPeer first = proxy.client(GET);
        SteppedBackend.Connection lost = asked();
        assertThat(proxy.admitted()).isEqualTo(1);
        proxy.hold(Optional.of(SECOND.multipliedBy(10)));
        SteppedPeer second = proxy.client(GET);
        proxy.until("the second waits", () -> proxy.held() == 1);
        lost.leave(true);
        proxy.until("both wait", () -> proxy.held() == 2);
        assertThat(proxy.admitted()).as("admitted while they wait").isZero();
        proxy.hold(Optional.empty());
        proxy.pass(SECOND.multipliedBy(2));
        // In the order in which they came to the line, and one of them at a time.
        asked();
        assertThat(proxy.admitted()).as("admitted when one has gone").isEqualTo(1);
        proxy.until("the retry is refused", () -> first.received().startsWith("HTTP/1.1 503"));
        assertThat(proxy.finished().get(0).end().failure()).contains(Failure.OVERLOADED);
        asked().complete(SteppedBackend.OK);
        proxy.until("answered", () -> second.received().startsWith("HTTP/1.1 200"));
        proxy.until("nothing is admitted", () -> proxy.admitted() == 0);
    }

    @Test
    void aRetryThatFindsNoBackendKeepsNoPermitMeanwhile() throws Exception {
        SteppedPeer client = proxy.client(GET);
        SteppedBackend.Connection lost = asked();
        proxy.drain(0, true);
        proxy.drain(1, true);
        lost.leave(true);
        proxy.until("the attempt has ended", () -> proxy.ended() == 1);
        proxy.step(Duration.ofMillis(60));
        proxy.until("it waits for a backend", () -> proxy.held() == 1);
        assertThat(proxy.admitted()).isZero();
        proxy.drain(0, false);
        proxy.pass(SECOND.multipliedBy(2));
        assertThat(proxy.admitted()).isEqualTo(1);
        asked().complete(SteppedBackend.OK);
        proxy.until("answered", () -> client.received().startsWith("HTTP/1.1 200"));
        proxy.until("nothing is admitted", () -> proxy.admitted() == 0);
    }
}
