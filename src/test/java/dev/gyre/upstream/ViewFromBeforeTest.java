package dev.gyre.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.Backend;
import dev.gyre.model.BackendHealth;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Balance;
import dev.gyre.model.Condition;
import dev.gyre.model.Condition.State;
import dev.gyre.model.Origin;
import dev.gyre.model.PoolPolicy;
import dev.gyre.model.Route;
import dev.gyre.model.Scope;
import dev.gyre.model.Service;
import dev.gyre.model.ServiceChange;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.SlowStart;
import dev.gyre.model.Sticky;
import dev.gyre.model.Strategy;
import dev.gyre.model.Topology;
import dev.gyre.tls.BackendContexts;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * A view that is made from the one before must be the one that would be made from nothing, whatever has
 * happened in between; and what did not change must not have been made again.
 */
class ViewFromBeforeTest {

    private static final int STEPS = 60;

    private final Map<String, Service> services = new TreeMap<>();
    private final Pools pools = new Pools(List.of(), failure -> { },
                BackendContexts.on(Runnable::run, InstantSource.system()));
    private Topology topology = Topology.empty();
    private BackendHealth backendHealth = BackendHealth.UNKNOWN;
    private List<Route> routes = List.of();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private Random random;

    private SelectionContext at() {
        Instant moment = now;
        return new SelectionContext(Optional.of("here"), new StickyKey(new byte[] {1}), () -> moment,
                () -> new Random(1));
    }

    @Property(tries = 100, shrinking = ShrinkingMode.OFF)
    void isTheOneMadeFromNothing(@ForAll long seed) {
        ViewFromBeforeTest world = new ViewFromBeforeTest();
        world.random = new Random(seed);
        View view = View.nothing();
        for (int i = 0; i < STEPS; i++) {
            view = world.step(view);
        }
    }

    private View step(View before) {
        Set<String> touched = new HashSet<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            touched.add(change());
        }
        Topology next = new Topology(services, routes, "v" + random.nextInt());
        now = now.plusSeconds(random.nextInt(8));
        View after = before.next(next, backendHealth, pools, at());
        before.services().forEach((name, of) -> {
            if (!touched.contains(name)) {
                assertThat(after.services().get(name)).as(name).isSameAs(of);
            }
        });
        ServiceChange.between(topology, next).forEach(change -> change.left().forEach(pools::leave));
        topology = next;
        if (random.nextInt(4) == 0) {
            pools.sample().await();
        }
        // A slow start is brought up to date by its own steps.
        View now = after.step(pools, at());
        after.services().forEach((name, of) -> {
            if (!of.ramping()) {
                assertThat(now.services().get(name)).as(name).isSameAs(of);
            }
        });
        poolsGoByThePolicies();
        same(now, View.of(next, backendHealth, pools, at()));
        return now;
    }

    private String change() {
        String name = "s" + random.nextInt(4);
        Service service = services.get(name);
        int what = random.nextInt(12);
        if (service == null) {
            services.put(name, service(name, new TreeMap<>(), policy()));
        } else if (what == 0) {
            services.remove(name);
        } else if (what == 1) {
            services.put(name, new Service(name, policy(), service.backends(), Origin.CONFIG));
        } else if (what == 2) {
            routes = random.nextBoolean() ? List.of() : List.of(new Route(name, "/*", name, Origin.CONFIG));
        } else if (what <= 5 && !service.backends().isEmpty()) {
            judge(service.id(one(service)));
        } else {
            TreeMap<BackendUrl, Backend> backends = new TreeMap<>();
            service.backends().forEach(backend -> backends.put(backend.url(), backend));
            for (int i = random.nextInt(3); i >= 0; i--) {
                if (random.nextInt(3) == 0 && !backends.isEmpty()) {
                    backends.remove(backends.firstKey());
                } else {
                    Backend fresh = backend();
                    backends.put(fresh.url(), fresh);
                }
            }
            services.put(name, service(name, backends, service.policy()));
        }
        return name;
    }

    private Backend one(Service service) {
        return service.backends().get(random.nextInt(service.backends().size()));
    }

    private void judge(BackendId id) {
        Condition condition = new Condition(random.nextBoolean() ? State.HEALTHY : State.DOWN, "", now);
        backendHealth = backendHealth.with(Map.of(id, random.nextInt(4) == 0 ? Optional.empty()
                : Optional.of(condition)));
    }

    private static Service service(String name, TreeMap<BackendUrl, Backend> backends, ServicePolicy policy) {
        return new Service(name, policy, List.copyOf(backends.values()), Origin.CONFIG);
    }

    private Backend backend() {
        Optional<String> zone = random.nextInt(3) == 0 ? Optional.empty()
                : Optional.of(random.nextBoolean() ? "here" : "there");
        return new Backend(new BackendUrl("10.0.0." + random.nextInt(20), 80), 1 + random.nextInt(5),
                random.nextInt(4) == 0, Origin.CONFIG, zone,
                Optional.of(now.minusSeconds(random.nextInt(40))));
    }

    private ServicePolicy policy() {
        Optional<Sticky> sticky = random.nextBoolean() ? Optional.empty()
                : Optional.of(new Sticky("c" + random.nextInt(2), Optional.empty()));
        Optional<SlowStart> slow = random.nextBoolean() ? Optional.empty()
                : Optional.of(new SlowStart(Duration.ofSeconds(30), 1));
        Strategy by = random.nextBoolean() ? Strategy.ROUND_ROBIN : Strategy.LEAST_REQUESTS;
        return ServicePolicy.DEFAULT
                .with(new PoolPolicy(1 + random.nextInt(9), Scope.CLUSTER, 1, Duration.ofSeconds(1),
                        Duration.ofSeconds(1)))
                .with(new Balance(by, Balance.DEFAULT.hashing(), sticky, slow));
    }

    private void poolsGoByThePolicies() {
        services.values().forEach(service -> service.backends().forEach(backend ->
                assertThat(pools.uses().get(service.id(backend)).maxConnections())
                        .isEqualTo(service.policy().pool().maxConnections())));
    }

    private static void same(View view, View fromNothing) {
        assertThat(view.topology()).isSameAs(fromNothing.topology());
        assertThat(view.backendHealth()).isEqualTo(fromNothing.backendHealth());
        assertThat(view.services().keySet()).isEqualTo(fromNothing.services().keySet());
        for (String host : List.of("s0", "s1", "s2", "s3", "other")) {
            assertThat(view.routes().match(host, "/")).isEqualTo(fromNothing.routes().match(host, "/"));
        }
        view.services().forEach((name, of) -> {
            ServiceView wanted = fromNothing.services().get(name);
            assertThat(of.service()).isSameAs(wanted.service());
            assertThat(of.members()).isEqualTo(wanted.members());
            assertThat(of.serving()).isEqualTo(wanted.serving());
            assertThat(of.serving()).extracting(BackendPool::id)
                    .allSatisfy(id -> assertThat(id.service()).isEqualTo(name));
            assertThat(of.first().isLike(wanted.first())).as("first of %s", name).isTrue();
            assertThat(of.reserve().isLike(wanted.reserve())).as("reserve of %s", name).isTrue();
            assertThat(of.sticky()).isEqualTo(wanted.sticky());
            assertThat(of.ramping()).isEqualTo(wanted.ramping());
            assertThat(of.panic()).isEqualTo(wanted.panic());
        });
    }
}
