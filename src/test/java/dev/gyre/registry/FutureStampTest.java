package dev.gyre.registry;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.balancing.SlowStartRamp;
import dev.gyre.model.Backend;
import dev.gyre.model.Balance;
import dev.gyre.model.ConcurrencyLimit;
import dev.gyre.model.Origin;
import dev.gyre.model.Route;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.SlowStart;
import dev.gyre.model.Strategy;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a node wrote whose clock ran a day ahead is overruled by what is decided after it, whatever the
 * command.
 */
class FutureStampTest {

    private static final SlowStart SLOW = new SlowStart(Duration.ofSeconds(30), 1);

    private final StepClock ahead = new StepClock();
    private LonelyRegistry node;

    @BeforeEach
    void start() throws Exception {
        ahead.step(Duration.ofDays(1));
        try (LonelyRegistry wrong = LonelyRegistry.on(new BentStore(9), Node.declared(
                List.of(Node.route("*", "/*", "web")), Node.service("web", A, B)), ahead)) {
            wrong.apply(put("{\"pool\":{\"maxConnections\":7}}"));
            wrong.apply(put("{\"limit\":200}"));
            wrong.apply(new BackendCommand.Weight("web", A, 7));
            wrong.apply(new BackendCommand.Drain("web", B, Optional.empty()));
            wrong.apply(new RouteCommand.Put("*", "/v1/*", "web"));
            node = LonelyRegistry.of(Node.web(A, B));
            node.hear(wrong);
        }
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    private static Command put(String settings) {
        return new ServiceCommand.Put("web", new JsonObject(settings), Map.of());
    }

    private Service web() {
        return node.registry.topology().services().get("web");
    }

    @Test
    void aSettingIsReplaced() throws Exception {
        assertThat(node.apply(put("{\"pool\":{\"maxConnections\":8}}")).changed()).isTrue();
        assertThat(web().policy().pool().maxConnections()).isEqualTo(8);
    }

    @Test
    void aSettingWithinAnotherIsReplaced() throws Exception {
        node.apply(put("{\"limit\":{\"adaptive\":{\"min\":30}}}"));
        assertThat(web().policy().limit()).isEqualTo(new ConcurrencyLimit.Adaptive(30, 1_000, 1.5));
        node.apply(put("{\"limit\":\"off\"}"));
        assertThat(web().policy().limit()).isEqualTo(new ConcurrencyLimit.Off());
    }

    @Test
    void aMistakeIsStillRefused() {
        org.assertj.core.api.Assertions.assertThatThrownBy(() ->
                node.apply(put("{\"pool\":{\"maxConnections\":0}}"))).isInstanceOf(CommandRefused.class)
                .hasMessageContaining("pool.maxConnections");
    }

    @Test
    void aBackendAndARouteAreRemovedAndADrainEnds() throws Exception {
        node.apply(new BackendCommand.Remove("web", A));
        node.apply(new BackendCommand.Resume("web", B));
        node.apply(new RouteCommand.Remove("*", "/v1/*"));
        assertThat(node.backend(A)).isEmpty();
        assertThat(node.backend(B).orElseThrow().draining()).isFalse();
        assertThat(node.registry.topology().routes()).extracting(Route::path).containsExactly("/*");
    }

    @Test
    void whatIsDecidedNowIsDatedNow() throws Exception {
        node.apply(new BackendCommand.Add("web", Node.C, Optional.empty()));
        assertThat(node.registry.history().changes().filter(change -> change.what().contains("added"))
                .findFirst().orElseThrow().stamp().wall()).isEqualTo(node.clock.millis());
        assertThat(node.registry.seen(new Stamp(ahead.millis(), 0, 9))).isFalse();
    }

    @Test
    void aConfigThatChangesWhileTheNodeIsDownCountsThoughItsClockWasSetBack() throws Exception {
        BentStore disk = new BentStore(3);
        LonelyRegistry.on(disk, Node.declared(List.of(), weighted(5)), ahead).close();
        try (LonelyRegistry again = LonelyRegistry.on(disk, Node.declared(List.of(), weighted(6)),
                new StepClock())) {
            assertThat(again.weight(A)).isEqualTo(6);
        }
    }

    private static Service weighted(int weight) {
        return new Service("web", ServicePolicy.DEFAULT,
                List.of(new Backend(A, weight, false, Origin.CONFIG)), Origin.CONFIG);
    }

    @Test
    void aSlowStartBeginsNowAndGoesOn() {
        Instant now = new StepClock().instant();
        Balance slow = new Balance(Strategy.ROUND_ROBIN, Balance.DEFAULT.hashing(), Optional.empty(),
                Optional.of(SLOW));
        Entries entries = Entries.of(new Declared(slow).entries(new Stamp(ahead.millis(), 0, 9)));
        RegistryState state = RegistryState.of(entries, now);
        double before = 0;
        for (int second = 0; second <= 30; second += 5) {
            state = state.at(now.plusSeconds(second));
            Instant since = state.topology().services().get("web").backends().get(0).since().orElseThrow();
            double share = SlowStartRamp.share(SLOW, since, state.now());
            assertThat(share).isBetween(before, 1.0).isGreaterThanOrEqualTo(0.1);
            before = share;
        }
        assertThat(before).isEqualTo(1);
    }

    @Test
    void aRampIsNeverNegative() {
        Instant now = new StepClock().instant();
        assertThat(SlowStartRamp.share(SLOW, now.plus(Duration.ofDays(1)), now)).isEqualTo(0.1);
        assertThat(SlowStartRamp.share(new SlowStart(Duration.ofSeconds(30), 0.1), now.plusSeconds(1), now))
                .isEqualTo(0.1);
    }

    private record Declared(Balance balance) {

        List<Entry> entries(Stamp stamp) {
            return LayerMerge.declared(Node.declared(List.of(), new Service("web",
                    ServicePolicy.DEFAULT.with(balance), List.of(new Backend(A, 1, false, Origin.CONFIG)),
                    Origin.CONFIG))).entrySet().stream().map(entry -> Entry.of(entry.getKey(),
                    entry.getValue().entrySet().stream().map(field -> Register.set(field.getKey(), stamp,
                            field.getValue())).toList())).toList();
        }
    }
}
