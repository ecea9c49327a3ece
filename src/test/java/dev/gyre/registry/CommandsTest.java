package dev.gyre.registry;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static dev.gyre.registry.Node.C;
import static dev.gyre.registry.Node.declared;
import static dev.gyre.registry.Node.route;
import static dev.gyre.registry.Node.service;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gyre.kit.Await;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Balance;
import dev.gyre.model.Origin;
import dev.gyre.model.Priority;
import dev.gyre.model.Route;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.SlowStart;
import dev.gyre.model.Strategy;
import dev.gyre.model.Topology;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commands given twice, given wrongly, and given where they would break something. */
class CommandsTest {

    private static final JsonObject NOTHING = new JsonObject();
    private Node node;

    @BeforeEach
    void start() throws Exception {
        node = Node.inMemory(web(A, B));
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    private void changes(Command command, String what) throws Exception {
        String before = node.registry.topology().version();
        CommandResult applied = node.apply(command);
        assertThat(applied.what()).isEqualTo(what);
        assertThat(applied.changed()).isTrue();
        assertThat(applied.version()).isEqualTo(node.registry.topology().version()).isGreaterThan(before);
    }

    private void changesNothing(Command command, String what) throws Exception {
        String before = node.registry.topology().version();
        CommandResult applied = node.apply(command);
        assertThat(applied).isEqualTo(new CommandResult(before, false, what));
    }

    private void refused(Command command, int code, String message) {
        String before = node.registry.topology().version();
        CommandRefused refused = catchThrowableOfType(CommandRefused.class, () -> node.apply(command));
        assertThat(refused).hasMessage(message);
        assertThat(refused.code()).isEqualTo(code);
        assertThat(refused.getStackTrace()).isEmpty();
        assertThat(node.registry.topology().version()).isEqualTo(before);
    }

    @Test
    void addingTwiceSaysSoAndAnotherWeightIsAChange() throws Exception {
        Command add = new BackendCommand.Add("web", C, Optional.of(2));
        changes(add, "web/http://10.0.0.7:9001 added");
        changesNothing(add, "web/http://10.0.0.7:9001 is there already, weight 2");
        changesNothing(new BackendCommand.Add("web", C, Optional.empty()),
                "web/http://10.0.0.7:9001 is there already, weight 2");
        changes(new BackendCommand.Add("web", C, Optional.of(5)),
                "web/http://10.0.0.7:9001 changes its weight from 2 to 5");
        assertThat(node.backend("web", C)).contains(new Backend(C, 5, false, Origin.OPERATOR));
    }

    @Test
    void removingTwiceSaysSoAndNamesWhatMayHaveBeenMeant() throws Exception {
        Command remove = new BackendCommand.Remove("web", B);
        changes(remove, "web/http://10.0.0.6:9001 removed");
        changesNothing(remove, "web/http://10.0.0.6:9001 is not there, nothing to remove"
                + " (known: http://10.0.0.5:9001)");
    }

    @Test
    void drainAndResumeTwiceSaySo() throws Exception {
        changes(new BackendCommand.Drain("web", A, Optional.empty()),
                "web/http://10.0.0.5:9001 drains until it is resumed");
        changesNothing(new BackendCommand.Drain("web", A, Optional.empty()),
                "web/http://10.0.0.5:9001 is draining already");
        changesNothing(new BackendCommand.Add("web", A, Optional.empty()),
                "web/http://10.0.0.5:9001 is there "
                + "already, weight 1, draining: backend.resume gives it requests again");
        changes(new BackendCommand.Resume("web", A), "web/http://10.0.0.5:9001 takes requests again");
        changesNothing(new BackendCommand.Resume("web", A), "web/http://10.0.0.5:9001 is not draining");
    }

    @Test
    void aSecondDrainSetsTheTimeAnew() throws Exception {
        Command ttl = new BackendCommand.Drain("web", A, Optional.of(Duration.ofMinutes(10)));
        changes(ttl, "web/http://10.0.0.5:9001 drains until 2026-03-01T12:10:00Z");
        changesNothing(ttl, "web/http://10.0.0.5:9001 is draining already until 2026-03-01T12:10:00Z");
        node.clock.step(Duration.ofMinutes(1));
        changes(ttl, "web/http://10.0.0.5:9001 goes on draining until 2026-03-01T12:11:00Z");
        changes(new BackendCommand.Drain("web", A, Optional.empty()),
                "web/http://10.0.0.5:9001 goes on draining until it is resumed");
    }

    @Test
    void aWeightSurvivesDrainAndResume() throws Exception {
        changes(new BackendCommand.Weight("web", A, 9),
                "web/http://10.0.0.5:9001 changes its weight from 1 to 9");
        changesNothing(new BackendCommand.Weight("web", A, 9),
                "web/http://10.0.0.5:9001 has weight 9 already");
        node.apply(new BackendCommand.Drain("web", A, Optional.empty()));
        node.apply(new BackendCommand.Resume("web", A));
        assertThat(node.backend("web", A)).contains(new Backend(A, 9, false, Origin.CONFIG));
    }

    @Test
    void aWeightOutOfRangeCannotEvenBeSaid() {
        for (int weight : new int[] {0, -1, 1001}) {
            assertThatThrownBy(() -> new BackendCommand.Weight("web", A, weight))
                    .hasMessage("weight: " + weight + " (expected: 1..1000)");
        }
    }

    @Test
    void unknownServicesAndBackendsAre404WithTheNearest() {
        refused(new BackendCommand.Add("wbe", C, Optional.empty()), 404,
                "no service \"wbe\" (did you mean \"web\"? known: web)");
        refused(new BackendCommand.Remove("zzz", C), 404, "no service \"zzz\" (known: web)");
        refused(new BackendCommand.Weight("web", BackendUrl.parse("http://10.0.0.5:9010"), 2),
                404,
                "service \"web\" has no backend http://10.0.0.5:9010 (did you mean \"http://10.0.0.5:9001\"? "
                        + "known: http://10.0.0.5:9001, http://10.0.0.6:9001)");
        refused(new BackendCommand.Resume("web", BackendUrl.parse("http://else.where")), 404,
                "service \"web\" has no backend http://else.where:80 "
                        + "(known: http://10.0.0.5:9001, http://10.0.0.6:9001)");
        refused(new RouteCommand.Put("*", "/*", "wep"), 404,
                "no service \"wep\" (did you mean \"web\"? known: web)");
    }

    @Test
    void aSecondServiceNeedsARouteFirst() throws Exception {
        Command api = new ServiceCommand.Put("api", NOTHING, Map.of(C,
                new BackendCommand.Wish(Optional.of(4), Optional.empty())));
        refused(api, 409, "a second service beside \"web\" needs a route first: without one no request "
                + "would have a service (route.put for the service that is there)");
        changes(new RouteCommand.Put("*", "/*", "web"), "route */* leads to \"web\"");
        changes(api, "service \"api\" added; api/http://10.0.0.7:9001 added");
        changesNothing(api, "service \"api\" is so already");
        assertThat(node.service("api").backends()).containsExactly(new Backend(C, 4, false, Origin.OPERATOR));
        refused(new RouteCommand.Remove("*", "/*"), 409,
                "route */* is the last one and there are services api, "
                + "web: add another route first, or remove all services but one");
    }

    @Test
    void aRouteKeepsWhatIsNotSaidAnew() throws Exception {
        changes(new RouteCommand.Put("*", "/*", "web", OptionalLong.of(1024), Optional.of(Priority.CRITICAL),
                        false),
                "route */* leads to \"web\", with bodies of up to 1KB and priority critical");
        changesNothing(new RouteCommand.Put("*", "/*", "web"), "route */* leads to \"web\" already");
        changes(new RouteCommand.Put("*", "/*", "web", OptionalLong.empty(), Optional.of(Priority.NORMAL),
                        false),
                "route */*: priority normal");
        assertThat(node.registry.topology().routes()).containsExactly(new Route("*", "/*", "web",
                OptionalLong.of(1024), Optional.of(Priority.NORMAL), Origin.OPERATOR));
    }

    @Test
    void aServiceThatRoutesLeadToIsNotRemoved() throws Exception {
        node.apply(new RouteCommand.Put("*", "/*", "web"));
        node.apply(new ServiceCommand.Put("api", NOTHING, Map.of()));
        node.apply(new RouteCommand.Put("api.example.com", "/v1/*", "api"));
        refused(new ServiceCommand.Remove("api"), 409, "service \"api\" is still led to by route "
                + "api.example.com/v1/*: remove the route or lead it elsewhere first");
        changes(new RouteCommand.Put("api.example.com", "/v1/*", "web"),
                "route api.example.com/v1/* now leads to \"web\" instead of \"api\"");
        changesNothing(new RouteCommand.Put("api.example.com", "/v1/*", "web"),
                "route api.example.com/v1/* leads to \"web\" already");
        changes(new ServiceCommand.Remove("api"), "service \"api\" removed");
        changesNothing(new ServiceCommand.Remove("api"),
                "service \"api\" is not there, nothing to remove (known: web)");
        changes(new RouteCommand.Remove("api.example.com", "/v1/*"), "route api.example.com/v1/* removed");
        changesNothing(new RouteCommand.Remove("api.example.com", "/v1/*"),
                "route api.example.com/v1/* is not there, nothing to remove (known: */*)");
    }

    @Test
    void aServiceRemovedAndPutAgainDoesNotFindItsOldBackends() throws Exception {
        node.apply(new RouteCommand.Put("*", "/*", "web"));
        node.apply(new ServiceCommand.Put("api", NOTHING, Map.of(C, BackendCommand.Wish.NONE)));
        node.apply(new ServiceCommand.Remove("api"));
        node.apply(new ServiceCommand.Put("api", NOTHING, Map.of()));
        assertThat(node.service("api").backends()).isEmpty();
    }

    @Test
    void aWrongPolicyIsRefusedWithEveryMistake() {
        JsonObject policy = new JsonObject().put("balance", "ronud-robin")
                .put("pool", new JsonObject().put("maxConection", 5).put("maxQueue", -1));
        CommandRefused refused = catchThrowableOfType(CommandRefused.class,
                () -> node.apply(new ServiceCommand.Put("web", policy, Map.of())));
        assertThat(refused.code()).isEqualTo(400);
        assertThat(refused.getMessage()).contains("balance", "round-robin", "maxConnections", "maxQueue");
    }

    @Test
    void aRouteBackToWhatConfigSaysFollowsConfigAgain() throws Exception {
        node.declare(declared(List.of(route("*", "/*", "web")), service("web", A), service("api", B)));
        node.apply(new RouteCommand.Put("*", "/*", "api"));
        node.apply(new RouteCommand.Put("*", "/*", "web"));
        node.declare(declared(List.of(route("*", "/*", "api")), service("web", A), service("api", B)));
        assertThat(node.registry.topology().routes()).containsExactly(route("*", "/*", "api"));
    }

    @Test
    void everyWatcherHearsOfTheChangeBeforeItIsAcknowledged() throws Exception {
        List<String> heard = new CopyOnWriteArrayList<>();
        node.registry.watch(topology -> heard.add(topology.version()));
        for (int i = 1; i <= 50; i++) {
            CommandResult applied = node.apply(new BackendCommand.Weight("web", A, 1 + i));
            assertThat(heard).endsWith(applied.version());
        }
    }

    private static void awaited(CountDownLatch latch) {
        try {
            assertThat(latch.await(Await.SECONDS, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aFollowerThatComesWhileATopologyIsPublishedDoesNotMissIt() throws Exception {
        CountDownLatch publishing = new CountDownLatch(1);
        CountDownLatch followed = new CountDownLatch(1);
        node.registry.watch(topology -> {
            publishing.countDown();
            awaited(followed);
        });
        Future<CommandResult> applied =
                node.registry.apply(new BackendCommand.Weight("web", A, 2), Node.AUTHOR);
        awaited(publishing);
        List<Topology> heard = new CopyOnWriteArrayList<>();
        Future<Void> first = node.registry.follow(heard::add);
        followed.countDown();
        Node.get(applied);
        Node.get(first);
        assertThat(heard).isNotEmpty().last().isSameAs(node.registry.topology());
    }

    @Test
    void aWatcherThatFailsKeepsNobodyFromTheNewsOrTheAnswer() throws Exception {
        List<String> heard = new CopyOnWriteArrayList<>();
        node.registry.watch(topology -> {
            throw new IllegalStateException("a watcher that fails");
        });
        node.registry.watch(topology -> heard.add(topology.version()));
        CommandResult applied = node.apply(new BackendCommand.Weight("web", A, 2));
        assertThat(heard).containsExactly(applied.version());
    }

    @Test
    void commandsGivenAtOnceAreAppliedInTheirOrder() throws Exception {
        List<Future<CommandResult>> all = new ArrayList<>();
        for (int i = 1; i <= 1000; i++) {
            all.add(node.registry.apply(new BackendCommand.Weight("web", A, i), Node.AUTHOR));
        }
        for (Future<CommandResult> one : all) {
            Node.get(one);
        }
        assertThat(node.backend("web", A)).get().extracting(Backend::weight).isEqualTo(1000);
    }

    @Test
    void resumingARemovedBackendThatConfigDrainsGivesItRequestsAtOnce() throws Exception {
        node.declare(Node.declared(List.of(), new Service("web", ServicePolicy.DEFAULT,
                List.of(new Backend(A, 1, true, Origin.CONFIG)), Origin.CONFIG)));
        node.apply(new BackendCommand.Remove("web", A));
        node.apply(new BackendCommand.Resume("web", A));
        assertThat(node.backend("web", A)).get().extracting(Backend::draining).isEqualTo(false);
        assertThat(node.apply(new BackendCommand.Resume("web", A)).changed()).isFalse();
    }

    @Test
    void aSettingThatWouldBeLeftOutIsRefusedThoughThatMistakeWasThereBefore() throws Exception {
        node.apply(new ServiceCommand.Put("web", new JsonObject("{\"balance\":{\"by\":\"consistent-hash\","
                + "\"key\":\"header:X-User\"}}"), Map.of()));
        node.declare(declared(List.of(), new Service("web", ServicePolicy.DEFAULT.with(new Balance(
                Strategy.ROUND_ROBIN, Balance.DEFAULT.hashing(), Optional.empty(),
                Optional.of(new SlowStart(Duration.ofSeconds(9), 1)))), List.of(), Origin.CONFIG)));
        assertThatThrownBy(() -> node.apply(new ServiceCommand.Put("web",
                new JsonObject("{\"slowStart\":{\"window\":\"30s\"}}"), Map.of())))
                .isInstanceOf(CommandRefused.class).hasMessageContaining("slowStart");
        node.apply(new ServiceCommand.Put("web", new JsonObject("{\"pool\":{\"maxQueue\":5}}"), Map.of()));
        assertThat(node.service("web").policy().pool().maxQueue()).isEqualTo(5);
    }
}
