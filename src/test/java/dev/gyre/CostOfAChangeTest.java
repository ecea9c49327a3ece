package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.gyre.config.Settings.ForwardingSettings;
import dev.gyre.exchange.Proxy;
import dev.gyre.exchange.ProxyObservers;
import dev.gyre.health.Verdicts;
import dev.gyre.health.Verdicts.Source;
import dev.gyre.health.outlier.Ejector;
import dev.gyre.listener.ListenerPolicy;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Condition;
import dev.gyre.model.Condition.State;
import dev.gyre.model.Limits;
import dev.gyre.model.Origin;
import dev.gyre.model.Route;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Topology;
import dev.gyre.tls.BackendContexts;
import dev.gyre.upstream.SelectionContext;
import dev.gyre.upstream.StickyKey;
import io.vertx.core.Vertx;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A change must cost what it changes, and not what there is. Bytes allocated tell it, which are the same on
 * every machine: to look at each of many backends anew leaves more behind than is allowed here for each.
 */
class CostOfAChangeTest {

    private static final int SERVICES = 1_000;
    private static final int BACKENDS = 20;
    /** Less than one object for each backend. */
    private static final long ALLOWED = SERVICES * BACKENDS * 12L;

    private final Vertx vertx = Vertx.vertx();
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Proxy proxy = new Proxy(vertx,
            new ListenerPolicy(ForwardingSettings.DEFAULT, Limits.DEFAULT.within(1000), "1"),
            new SelectionContext(Optional.empty(), new StickyKey(new byte[] {1}), InstantSource.system(),
                    () -> new Random(1)),
            BackendContexts.on(Runnable::run, InstantSource.system()), Duration.ofSeconds(1),
            ProxyObservers.none());
    private final Verdicts verdicts = new Verdicts(proxy::judge, Runnable::run);
    private final Ejector ejector = new Ejector(verdicts, System::nanoTime, InstantSource.system());
    private final Map<String, Service> services = new TreeMap<>();
    private List<Route> routes;

    @BeforeEach
    void many() {
        IntStream.range(0, SERVICES).forEach(i -> services.put("s" + i, new Service("s" + i,
                ServicePolicy.DEFAULT, IntStream.range(0, BACKENDS).mapToObj(b -> backend(i, b, 1)).toList(),
                Origin.CONFIG)));
        routes = services.keySet().stream()
                .map(name -> new Route(name + ".test", "/*", name, Origin.CONFIG)).toList();
        vertx.deployVerticle(context -> proxy.deploy(1)).await();
        show(topology());
    }

    @AfterEach
    void close() {
        vertx.close().await();
    }

    private static Backend backend(int service, int number, int weight) {
        return new Backend(new BackendUrl("10.0." + service % 250 + "." + number, 80), weight, false,
                Origin.CONFIG);
    }

    private Topology topology() {
        return new Topology(services, routes, "1");
    }

    private void change(int weight) {
        Service of = services.get("s7");
        services.put("s7", of.with(IntStream.range(0, BACKENDS)
                .mapToObj(b -> b == 3 ? backend(7, b, weight) : of.backends().get(b)).toList(), Map.of()));
    }

    private void show(Topology topology) {
        verdicts.apply(topology);
        ejector.apply(topology);
        proxy.apply(topology);
    }

    /** The least of several times: what is made once for all is made by the first. */
    private long allocated(Runnable before, Runnable task) {
        long thread = Thread.currentThread().getId();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 20; i++) {
            before.run();
            long begun = threads.getThreadAllocatedBytes(thread);
            task.run();
            least = Math.min(least, threads.getThreadAllocatedBytes(thread) - begun);
        }
        return least;
    }

    @Test
    void aWeightConcernsItsServiceAlone() {
        AtomicInteger weight = new AtomicInteger(1);
        AtomicReference<Topology> next = new AtomicReference<>();
        assertThat(allocated(() -> {
            change(weight.incrementAndGet());
            next.set(topology());
        }, () -> show(next.get()))).isLessThan(ALLOWED);
    }

    @Test
    void aFlipOfHealthConcernsItsServiceAlone() {
        services.values().forEach(service -> judge(service.id(service.backends().get(0)), State.DOWN));
        BackendId flips = new BackendId("s7", backend(7, 3, 1).url());
        assertThat(allocated(() -> judge(flips, State.DOWN), () -> judge(flips, State.HEALTHY)))
                .isLessThan(ALLOWED);
    }

    private void judge(BackendId id, State state) {
        verdicts.set(Source.PROBES, id, new Condition(state, "", Instant.EPOCH));
    }

    @Test
    void whileNothingHappensNobodyIsLookedAt() {
        assertThat(allocated(() -> { }, () -> ejector.sample(Map.of()))).isLessThan(ALLOWED / 100);
    }
}
