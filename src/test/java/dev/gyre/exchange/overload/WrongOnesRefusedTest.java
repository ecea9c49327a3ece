package dev.gyre.exchange.overload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.exchange.overload.QueueingServer.Seen;
import dev.gyre.kit.LogLines;
import dev.gyre.model.ConcurrencyLimit;
import dev.gyre.model.ConcurrencyStats;
import dev.gyre.model.Origin;
import dev.gyre.model.Priority;
import dev.gyre.model.Route;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Topology;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who matters most is refused last, nobody without need, and the log tells of it once. Time is stepped. */
class WrongOnesRefusedTest {

    private static final long SECOND = QueueingServer.SECOND;

    private long now = Long.MAX_VALUE - 30 * SECOND;
    private final ServiceLimits limits = new ServiceLimits(() -> now);
    private final ServiceLimit web = limits.of("web");

    private void adopt(ConcurrencyLimit limit, Priority... ofRoutes) {
        Service service = new Service("web", ServicePolicy.DEFAULT.with(limit), List.of(), Origin.CONFIG);
        limits.adopt(new Topology(Map.of("web", service), Stream.of(ofRoutes).map(priority -> new Route("*",
                "/" + priority, "web", OptionalLong.empty(), Optional.of(priority), Origin.CONFIG)).toList(),
                "1"));
    }

    private int fill(Priority priority, List<Permit> places) {
        for (Optional<Permit> place = web.admit(priority, now); place.isPresent();
                place = web.admit(priority, now)) {
            places.add(place.get());
        }
        return places.size();
    }

    @Test
    void eachPriorityHasItsShareAndCriticalRequestsHaveAll() {
        adopt(new ConcurrencyLimit.Fixed(100), Priority.values());
        List<Permit> places = new ArrayList<>();
        assertThat(fill(Priority.SHEDDABLE, places)).isEqualTo(60);
        assertThat(fill(Priority.NORMAL, places)).isEqualTo(80);
        assertThat(fill(Priority.CRITICAL, places)).isEqualTo(100);
        assertThat(limits.stats()).containsOnlyKeys("web").containsValue(new ConcurrencyStats(100, 100,
                Map.of(Priority.SHEDDABLE, 1L, Priority.NORMAL, 1L, Priority.CRITICAL, 1L)));
        places.forEach(Permit::end);
        places.forEach(Permit::end);
        assertThat(limits.stats().get("web").inFlight()).isZero();
    }

    @Test
    void nothingIsKeptFreeForWhoCannotCome() {
        adopt(new ConcurrencyLimit.Fixed(100));
        List<Permit> places = new ArrayList<>();
        assertThat(fill(Priority.NORMAL, places)).isEqualTo(100);
        adopt(new ConcurrencyLimit.Fixed(200), Priority.SHEDDABLE);
        assertThat(fill(Priority.SHEDDABLE, places)).isEqualTo(200);
        adopt(new ConcurrencyLimit.Fixed(1), Priority.values());
        places.forEach(Permit::end);
        assertThat(fill(Priority.SHEDDABLE, new ArrayList<>())).isEqualTo(1);
    }

    @Test
    void withoutALimitNothingIsShownAndPlacesStillComeBack() {
        adopt(new ConcurrencyLimit.Fixed(1));
        List<Permit> places = new ArrayList<>();
        fill(Priority.NORMAL, places);
        adopt(new ConcurrencyLimit.Off());
        assertThat(limits.stats()).isEmpty();
        places.forEach(Permit::end);
        adopt(new ConcurrencyLimit.Fixed(1));
        assertThat(limits.stats().get("web").inFlight()).isZero();
    }

    @Test
    void criticalRequestsGetThroughAnOverloadByOthers() {
        QueueingServer server = new QueueingServer(new ConcurrencyLimit.Adaptive(20, 1000, 1.5), 40, 20);
        server.limit.adopt(new ConcurrencyLimit.Adaptive(20, 1000, 1.5), Priority.CRITICAL);
        Map<Priority, Double> load = new EnumMap<>(Map.of(Priority.CRITICAL, 400.0, Priority.NORMAL, 2_600.0,
                Priority.SHEDDABLE, 3_000.0));
        server.run(10, load);
        Seen seen = server.run(60, load);
        assertThat(seen.refused(Priority.CRITICAL)).isZero();
        assertThat(seen.refused(Priority.SHEDDABLE)).isGreaterThan(170_000);
        assertThat(seen.refused(Priority.NORMAL)).isLessThan(90_000);
        server.run(200, load);
        assertThat(server.limitNow()).as("that of the normal ones is found by their descent")
                .isLessThan(100);
    }

    @Test
    void onlyTheFlipIsLogged() {
        adopt(new ConcurrencyLimit.Fixed(10));
        try (LogLines log = LogLines.capture()) {
            fill(Priority.NORMAL, new ArrayList<>());
            assertThat(web.retryWithin(now)).isEqualTo(3);
            for (int i = 0; i < 20; i++, now += SECOND) {
                assertThat(web.admit(Priority.SHEDDABLE, now)).isEmpty();
                limits.sample();
            }
            assertThat(web.retryWithin(now)).isEqualTo(23);
            assertThat(web.retryWithin(now + 3600 * SECOND)).isEqualTo(30);
            for (int i = 0; i < 20; i++, now += SECOND) {
                limits.sample();
            }
            assertThat(log.with("gyre.overload")).satisfiesExactly(
                    first -> assertThat(first).contains("WARN", "overload started service=web in_flight=10"
                            + " limit=10 first_refused=normal"),
                    last -> assertThat(last).contains("INFO", "overload ended service=web after=19s limit=10"
                            + " refused_critical=0 refused_normal=1 refused_sheddable=20"));
            web.admit(Priority.CRITICAL, now);
            now += 11 * SECOND;
            limits.sample();
            assertThat(log.with("gyre.overload")).hasSize(4).last().asString()
                    .contains("overload ended service=web after=0s limit=10"
                            + " refused_critical=1 refused_normal=0 refused_sheddable=0");
        }
    }

    @Test
    void eventLoopsTogetherNeverExceedIt() throws Exception {
        adopt(new ConcurrencyLimit.Fixed(7));
        AtomicInteger inFlight = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Thread> loops = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread loop = new Thread(() -> {
                List<Permit> own = new ArrayList<>();
                for (int round = 0; round < 200_000; round++) {
                    Optional<Permit> place = web.admit(Priority.NORMAL, now);
                    if (place.isPresent()) {
                        most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
                        own.add(place.get());
                    }
                    if (!own.isEmpty() && (place.isEmpty() || round % 3 == 0)) {
                        inFlight.decrementAndGet();
                        own.remove(0).end();
                    }
                }
                inFlight.addAndGet(-own.size());
                own.forEach(Permit::end);
            });
            loop.start();
            loops.add(loop);
        }
        for (Thread loop : loops) {
            loop.join();
        }
        assertThat(most).hasValue(7);
        assertThat(limits.stats().get("web").inFlight()).isZero();
    }
}
