package dev.gyre.registry;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static dev.gyre.registry.Node.C;
import static dev.gyre.registry.Node.declared;
import static dev.gyre.registry.Node.route;
import static dev.gyre.registry.Node.service;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gyre.model.Backend;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Balance;
import dev.gyre.model.ConcurrencyLimit;
import dev.gyre.model.EjectionPolicy;
import dev.gyre.model.HealthPolicy;
import dev.gyre.model.HoldPolicy;
import dev.gyre.model.HostHeader;
import dev.gyre.model.Origin;
import dev.gyre.model.PoolPolicy;
import dev.gyre.model.Priority;
import dev.gyre.model.Probe;
import dev.gyre.model.RetryPolicy;
import dev.gyre.model.Route;
import dev.gyre.model.Scope;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Timeouts;
import dev.gyre.model.Topology;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Going back must lead where one was, whatever config says meanwhile, and be undone as easily. */
class RollbackTest {

    private static final List<ConcurrencyLimit> LIMITS = List.of(new ConcurrencyLimit.Off(),
            new ConcurrencyLimit.Fixed(7), ConcurrencyLimit.Adaptive.DEFAULT);

    private static void same(Topology now, Topology then) {
        assertThat(Comparison.between(then, now)).isEmpty();
    }

    @Test
    void aRollbackIsAChangeThatCanBeRolledBack() throws Exception {
        try (Node node = Node.inMemory(web(A, B))) {
            Topology first = node.registry.topology();
            node.apply(new BackendCommand.Add("web", C, Optional.of(3)));
            node.apply(new BackendCommand.Remove("web", A));
            Topology second = node.registry.topology();
            CommandResult applied = node.apply(new Rollback(first.version()));
            assertThat(applied.changed()).isTrue();
            assertThat(applied.what()).isEqualTo("rolled back to version " + first.version()
                    + " of 2026-03-01T12:00:00Z (after: config declared): web/http://10.0.0.5:9001 added,"
                    + " web/http://10.0.0.7:9001 removed");
            same(node.registry.topology(), first);
            assertThat(node.registry.history().changes()).hasSize(4);
            node.apply(new Rollback(second.version()));
            same(node.registry.topology(), second);
            assertThat(node.registry.history().changes()).hasSize(5);
        }
    }

    @Test
    void toThePresentVersionOrOneThatIsTheSameChangesNothingAndSaysSo() throws Exception {
        try (Node node = Node.inMemory(web(A, B))) {
            String first = node.registry.topology().version();
            assertThat(node.apply(new Rollback(first))).isEqualTo(
                    new CommandResult(first, false, "everything is as at version " + first + " already"));
            node.apply(new BackendCommand.Drain("web", A, Optional.empty()));
            node.apply(new BackendCommand.Resume("web", A));
            assertThat(node.apply(new Rollback(first)).changed()).isFalse();
            assertThat(node.registry.history().changes()).hasSize(3);
        }
    }

    @Test
    void whereConfigAloneSaysItAgainTheOperatorFallsSilent() throws Exception {
        try (Node node = Node.inMemory(web(A))) {
            String first = node.registry.topology().version();
            node.apply(new BackendCommand.Weight("web", A, 7));
            node.apply(new Rollback(first));
            node.declare(declared(List.of(), new Service("web", ServicePolicy.DEFAULT,
                    List.of(new Backend(A, 4, false, Origin.CONFIG)), Origin.CONFIG)));
            assertThat(node.backend("web", A)).contains(new Backend(A, 4, false, Origin.CONFIG));
        }
    }

    @Test
    void whatConfigSaysMeanwhileIsOverruledAndStaysSo() throws Exception {
        Timeouts limited = new Timeouts(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(3),
                Optional.of(Duration.ofSeconds(4)));
        Topology later = declared(List.of(route("*", "/new", "web")), new Service("web",
                new ServicePolicy(Balance.DEFAULT, new HostHeader.OfBackend(),
                        new PoolPolicy(7, Scope.CLUSTER, 8, Duration.ofSeconds(1), Duration.ofSeconds(2)),
                        limited, RetryPolicy.DEFAULT, EjectionPolicy.DEFAULT,
                        new HealthPolicy(Probe.Http.DEFAULT, Duration.ofSeconds(2), Duration.ofSeconds(1), 1,
                                1, 0), HoldPolicy.DEFAULT, new ConcurrencyLimit.Adaptive(5, 50, 3)),
                List.of(new Backend(A, 4, true, Origin.CONFIG), new Backend(C, 1, false, Origin.CONFIG)),
                Origin.CONFIG));
        try (Node node = Node.inMemory(web(A, B))) {
            Topology first = node.registry.topology();
            node.declare(later);
            Topology second = node.registry.topology();
            node.apply(new Rollback(first.version()));
            same(node.registry.topology(), first);
            node.declare(later);
            same(node.registry.topology(), first);
            node.declare(web(A, B));
            node.apply(new Rollback(second.version()));
            same(node.registry.topology(), second);
        }
    }

    @Test
    void aDrainComesBackWithItsEndUnlessThatIsOver() throws Exception {
        try (Node node = Node.inMemory(web(A))) {
            String draining = node.apply(new BackendCommand.Drain("web", A,
                    Optional.of(Duration.ofMinutes(10)))).version();
            node.apply(new BackendCommand.Resume("web", A));
            node.apply(new Rollback(draining));
            assertThat(node.backend("web", A)).get().extracting(Backend::draining).isEqualTo(true);
            node.clock.step(Duration.ofMinutes(11));
            Node.await(() -> !node.service("web").backends().get(0).draining());
            assertThat(node.apply(new Rollback(draining)).changed()).isFalse();
        }
    }

    @Test
    void severalServicesAndNoRouteDoNotComeBack() throws Exception {
        Route any = route("*", "/*", "web");
        Topology two = declared(List.of(any), service("web", A), service("api", B));
        Stamp early = new Stamp(1, 0, 1);
        RegistryState none = RegistryState.of(Entries.empty(), Instant.EPOCH);
        Declare first = new Declare(declared(List.of(), service("web", A), service("api", B)), false);
        RegistryState odd =
                ChangeRecord.applied(none, first.on(none, early), early, Author.CONFIG, "a");
        Stamp late = new Stamp(2, 0, 1);
        RegistryState now = ChangeRecord.applied(odd, new Declare(two, false).on(odd, late), late,
                Author.CONFIG, "a");
        CommandRefused refused = catchThrowableOfType(CommandRefused.class,
                () -> new Rollback(odd.topology().version()).on(now, new Stamp(3, 0, 1)));
        assertThat(refused.code()).isEqualTo(409);
        assertThat(refused).hasMessage("version " + odd.topology().version() + " cannot come back: it has"
                + " services api, web and no route, so that no request would have a service");
    }

    @Test
    void whatCameToASinceRemovedServiceDoesNotComeToLifeWithIt() throws Exception {
        Route any = route("*", "/*", "web");
        try (Node node = Node.inMemory(declared(List.of(any), service("web", A), service("api", B)))) {
            Topology first = node.registry.topology();
            node.declare(declared(List.of(any, route("*", "/b", "api")), service("web", A),
                    service("api", B, C)));
            node.apply(new BackendCommand.Remove("api", B));
            node.apply(new RouteCommand.Remove("*", "/b"));
            node.apply(new ServiceCommand.Remove("api"));
            node.apply(new Rollback(first.version()));
            same(node.registry.topology(), first);
        }
    }

    @Test
    void anyVersionComesBackAfterWhateverHasHappenedSince() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            RegistryState state =
                    step(RegistryState.of(Entries.empty(), Instant.EPOCH), new Declare(web(A), false), 1);
            List<Topology> seen = new ArrayList<>(List.of(state.topology()));
            for (int step = 2; step <= 12; step++) {
                RegistryState before = state;
                state = step(state, random(random), step);
                if (state != before) {
                    seen.add(state.topology());
                }
            }
            for (int step = 20; step < 30; step++) {
                Topology wanted = seen.get(random.nextInt(seen.size()));
                boolean lacksRoutes = wanted.services().size() > 1 && wanted.routes().isEmpty();
                if (!lacksRoutes) {
                    state = step(state, new Rollback(wanted.version()), step);
                    assertThat(Comparison.between(wanted, state.topology())).as("seed %d", seed).isEmpty();
                }
            }
        }
    }

    private static RegistryState step(RegistryState state, Command command, int wall) {
        Stamp stamp = new Stamp(wall, 0, 1);
        try {
            return ChangeRecord.applied(state, command.on(state, stamp), stamp, Node.AUTHOR, "a");
        } catch (CommandRefused e) {
            return state;
        }
    }

    private static Command random(Random random) {
        String name = random.nextBoolean() ? "web" : "api";
        BackendUrl url = List.of(A, B, C).get(random.nextInt(3));
        String path = random.nextBoolean() ? "/*" : "/v1/*";
        return switch (random.nextInt(10)) {
            case 0 -> new BackendCommand.Add(name, url, Optional.empty());
            case 1 -> new BackendCommand.Remove(name, url);
            case 2 -> new BackendCommand.Drain(name, url, Optional.empty());
            case 3 -> new BackendCommand.Weight(name, url, 1 + random.nextInt(9));
            case 4 -> new ServiceCommand.Put(name, new JsonObject().put("pool",
                    new JsonObject().put("maxQueue", random.nextInt(3))), Map.of(url,
                    new BackendCommand.Wish(Optional.of(2), Optional.empty())));
            case 5 -> new ServiceCommand.Remove(name, random.nextBoolean());
            case 6 -> new RouteCommand.Put("*", path, name, OptionalLong.empty(),
                    random.nextBoolean() ? Optional.empty() : Optional.of(Priority.SHEDDABLE), true);
            case 7 -> new RouteCommand.Remove("*", path);
            default -> new Declare(config(random), random.nextBoolean());
        };
    }

    private static Topology config(Random random) {
        Timeouts timeouts = new Timeouts(Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1),
                random.nextBoolean() ? Optional.empty() : Optional.of(Duration.ofSeconds(9)));
        HealthPolicy health = new HealthPolicy(List.of(new Probe.None(), Probe.Http.DEFAULT,
                new Probe.Tcp(Optional.of(random.nextInt(3) + 1))).get(random.nextInt(3)),
                Duration.ofSeconds(1), Duration.ofSeconds(1), 1 + random.nextInt(2), 1, 0.5);
        Service web = new Service("web", new ServicePolicy(Balance.DEFAULT, new HostHeader.Client(),
                PoolPolicy.DEFAULT, timeouts, RetryPolicy.DEFAULT, EjectionPolicy.DEFAULT, health,
                HoldPolicy.DEFAULT, LIMITS.get(random.nextInt(LIMITS.size()))),
                List.of(new Backend(A, 1 + random.nextInt(3), random.nextBoolean(), Origin.CONFIG)),
                Origin.CONFIG);
        return random.nextBoolean() ? declared(List.of(), web)
                : declared(List.of(route("*", "/*", random.nextBoolean() ? "web" : "api")), web,
                        service("api", B, C));
    }
}
