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

import dev.gyre.model.Backend;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Origin;
import dev.gyre.model.PoolPolicy;
import dev.gyre.model.Scope;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Topology;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A reload of config changes what config declared, and never what an operator decided. */
class ReloadTest {

    private Node node;

    @BeforeEach
    void start() throws Exception {
        node = Node.inMemory(web(A, B));
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    @Test
    void sayingTheSameAgainChangesNothingNotEvenTheVersion() throws Exception {
        String version = node.registry.topology().version();
        node.clock.step(Duration.ofMinutes(1));
        node.declare(web(A, B));
        assertThat(node.registry.topology().version()).isEqualTo(version);
    }

    @Test
    void newBackendsComeAndDroppedOnesGo() throws Exception {
        node.declare(web(B, C));
        assertThat(node.service("web").backends()).extracting(Backend::url).containsExactly(B, C);
    }

    @Test
    void aDrainStays() throws Exception {
        node.apply(new BackendCommand.Drain("web", A, Optional.empty()));
        node.declare(web(A, B, C));
        assertThat(node.backend("web", A)).get().extracting(Backend::draining).isEqualTo(true);
    }

    @Test
    void aWeightStaysThoughConfigChangesItsOwn() throws Exception {
        node.apply(new BackendCommand.Weight("web", A, 5));
        node.declare(declared(List.of(), new Service("web", ServicePolicy.DEFAULT,
                List.of(new Backend(A, 7, false, Origin.CONFIG)), Origin.CONFIG)));
        assertThat(node.backend("web", A)).get().extracting(Backend::weight).isEqualTo(5);
    }

    @Test
    void aRemovalStaysUntilResumed() throws Exception {
        node.apply(new BackendCommand.Remove("web", A));
        node.declare(web(A, B, C));
        node.declare(web(B));
        node.declare(web(A, B));
        assertThat(node.backend("web", A)).isEmpty();
        CommandResult applied = node.apply(new BackendCommand.Resume("web", A));
        assertThat(applied.changed()).isTrue();
        assertThat(node.backend("web", A)).contains(new Backend(A, 1, false, Origin.CONFIG));
    }

    @Test
    void aRemovalEndsWithAnAdd() throws Exception {
        node.apply(new BackendCommand.Remove("web", A));
        node.apply(new BackendCommand.Add("web", A, Optional.of(3)));
        assertThat(node.backend("web", A)).contains(new Backend(A, 3, false, Origin.CONFIG));
    }

    @Test
    void anOperatorsBackendStaysAndItsRemovalToo() throws Exception {
        node.apply(new BackendCommand.Add("web", C, Optional.empty()));
        node.declare(web(A));
        assertThat(node.backend("web", C)).contains(new Backend(C, 1, false, Origin.OPERATOR));
        node.apply(new BackendCommand.Remove("web", C));
        node.declare(web(A, B));
        assertThat(node.backend("web", C)).isEmpty();
    }

    @Test
    void aPolicyIsOverruledFieldByField() throws Exception {
        JsonObject maxQueue = new JsonObject().put("pool", new JsonObject().put("maxQueue", 7));
        node.apply(new ServiceCommand.Put("web", maxQueue, Map.of()));
        PoolPolicy declaredPool = new PoolPolicy(33, Scope.NODE, 44, Duration.ofSeconds(9),
                Duration.ofSeconds(8));
        ServicePolicy base = ServicePolicy.DEFAULT;
        node.declare(declared(List.of(), new Service("web",
                new ServicePolicy(base.balance(), base.host(), declaredPool, base.timeouts(),
                        base.retry(), base.ejection(), base.health(), base.hold(), base.limit()), List.of(),
                Origin.CONFIG)));
        assertThat(node.service("web").policy().pool())
                .isEqualTo(new PoolPolicy(33, Scope.NODE, 7, Duration.ofSeconds(9), Duration.ofSeconds(8)));
    }

    @Test
    void aReloadSaysWhatItChangedAndWhatAnOperatorOverrules() throws Exception {
        node.declare(weighed(1, A, B, C));
        node.apply(new BackendCommand.Weight("web", A, 9));
        node.apply(new BackendCommand.Remove("web", C));
        node.apply(new BackendCommand.Add("web", BackendUrl.parse("http://10.0.0.8:9001"), Optional.empty()));
        node.declare(weighed(4, A, B, C));
        assertThat(latest()).isEqualTo("config changed: web/http://10.0.0.6:9001 weight 1 → 4; overruled by"
                + " the operator: web/http://10.0.0.5:9001 weight 1 → 4 (the operator has set 9),"
                + " web/http://10.0.0.7:9001 (the operator has removed it)");
        node.declare(declared(List.of(), new Service("web", ServicePolicy.DEFAULT, List.of(
                new Backend(A, 5, false, Origin.CONFIG), new Backend(B, 4, false, Origin.CONFIG)),
                Origin.CONFIG)));
        assertThat(latest()).isEqualTo("config changed: web/http://10.0.0.7:9001 removed; overruled by the"
                + " operator: web/http://10.0.0.5:9001 weight 4 → 5 (the operator has set 9)");
        node.declare(weighed(4, A, B));
        assertThat(latest()).isEqualTo("config changed, with no effect; overruled by the operator:"
                + " web/http://10.0.0.5:9001 weight 5 → 4 (the operator has set 9)");
    }

    private static Topology weighed(int weight, BackendUrl... urls) {
        return declared(List.of(), new Service("web", ServicePolicy.DEFAULT, Arrays.stream(urls)
                .map(url -> new Backend(url, weight, false, Origin.CONFIG)).toList(), Origin.CONFIG));
    }

    private String latest() {
        return node.registry.history().changes().findFirst().orElseThrow().what();
    }

    @Test
    void aRemovedRouteAndServiceStayRemoved() throws Exception {
        Topology two = declared(List.of(route("a.example", "/*", "web"), route("b.example", "/*", "api")),
                service("web", A), service("api", B));
        node.declare(two);
        node.apply(new RouteCommand.Remove("b.example", "/*"));
        node.apply(new ServiceCommand.Remove("api"));
        node.declare(declared(List.of(), service("web", A, C)));
        node.declare(two);
        assertThat(node.registry.topology().services()).containsOnlyKeys("web");
        assertThat(node.registry.topology().routes()).containsExactly(route("a.example", "/*", "web"));
    }

    @Test
    void aReloadThatLeavesAnOperatorsRouteWithoutServiceIsRefused() throws Exception {
        node.apply(new RouteCommand.Put("*", "/*", "web"));
        Topology before = node.registry.topology();
        assertThatThrownBy(() -> node.declare(declared(List.of(), service("api", B))))
                .isInstanceOf(CommandRefused.class)
                .hasMessage("config no longer has service \"web\", but route */*, set by command, leads to "
                + "it: "
                        + "remove that route first");
        assertThat(node.registry.topology()).isEqualTo(before);
    }

    @Test
    void aReloadThatWouldLeaveServicesWithoutAnyRouteIsRefused() throws Exception {
        node.declare(declared(List.of(route("*", "/a", "web")), service("web", A)));
        node.apply(new RouteCommand.Remove("*", "/a"));
        assertThatThrownBy(() -> node.declare(declared(List.of(route("*", "/a", "web")),
                service("web", A), service("api", B))))
                .isInstanceOf(CommandRefused.class).hasMessageContaining("add a route first");
        assertThat(node.registry.topology().services()).containsOnlyKeys("web");
    }
}
