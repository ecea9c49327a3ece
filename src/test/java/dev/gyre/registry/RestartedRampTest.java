package dev.gyre.registry;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.Backend;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Balance;
import dev.gyre.model.Origin;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.SlowStart;
import dev.gyre.model.Strategy;
import dev.gyre.model.Topology;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A slow start begins when a backend is added or resumed, by the registry's clock, and at no other time. */
class RestartedRampTest {

    @TempDir
    Path data;

    private final StepClock clock = new StepClock();
    private Node node;

    @BeforeEach
    void start() throws Exception {
        node = Node.on(data, declared(1), clock);
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    @Test
    void beginsWhenTheBackendIsAdded() throws Exception {
        assertThat(since(A)).isEqualTo(clock.instant());
        clock.step(Duration.ofMinutes(1));
        node.apply(new BackendCommand.Add("web", B, Optional.empty()));
        assertThat(since(B)).isEqualTo(clock.instant());
        assertThat(since(A)).isEqualTo(clock.instant().minusSeconds(60));
    }

    @Test
    void isTheSameAfterARestart() throws Exception {
        Instant added = since(A);
        node.close();
        clock.step(Duration.ofMinutes(1));
        node = Node.on(data, declared(1), clock);
        assertThat(since(A)).isEqualTo(added);
    }

    @Test
    void beginsAnewWhenADrainEndsOrARemovedOneComesBack() throws Exception {
        node.apply(new BackendCommand.Drain("web", A, Optional.empty()));
        clock.step(Duration.ofMinutes(1));
        node.apply(new BackendCommand.Resume("web", A));
        assertThat(since(A)).isEqualTo(clock.instant());
        node.apply(new BackendCommand.Remove("web", A));
        clock.step(Duration.ofMinutes(1));
        node.apply(new BackendCommand.Add("web", A, Optional.of(4)));
        assertThat(since(A)).isEqualTo(clock.instant());
    }

    @Test
    void goesOnWhenTheWeightChanges() throws Exception {
        clock.step(Duration.ofMinutes(1));
        node.apply(new BackendCommand.Add("web", B, Optional.empty()));
        node.apply(new BackendCommand.Drain("web", A, Optional.empty()));
        node.apply(new BackendCommand.Resume("web", A));
        Instant began = clock.instant();
        clock.step(Duration.ofSeconds(5));
        node.apply(new BackendCommand.Weight("web", A, 7));
        node.apply(new BackendCommand.Weight("web", B, 7));
        node.apply(new BackendCommand.Drain("web", B, Optional.of(Duration.ofHours(1))));
        assertThat(since(A)).isEqualTo(began);
        assertThat(since(B)).isEqualTo(began);
    }

    @Test
    void goesOnWhenConfigChangesTheWeight() throws Exception {
        Instant added = since(A);
        for (int weight = 2; weight < 4; weight++) {
            clock.step(Duration.ofSeconds(5));
            node.declare(declared(weight));
            assertThat(node.backend("web", A).orElseThrow().weight()).isEqualTo(weight);
            assertThat(since(A)).isEqualTo(added);
        }
    }

    @Test
    void beginsForWhatARollbackBringsBackAndForNothingElse() throws Exception {
        node.apply(new BackendCommand.Add("web", B, Optional.of(3)));
        node.apply(new BackendCommand.Weight("web", A, 4));
        Instant added = since(B);
        String version = node.registry.topology().version();
        node.apply(new BackendCommand.Weight("web", B, 5));
        node.apply(new BackendCommand.Remove("web", A));
        clock.step(Duration.ofMinutes(1));
        node.apply(new Rollback(version));
        assertThat(since(A)).isEqualTo(clock.instant());
        assertThat(since(B)).isEqualTo(added);
    }

    private Instant since(BackendUrl url) {
        return node.backend("web", url).orElseThrow().since().orElseThrow();
    }

    private static Topology declared(int weight) {
        Balance slow = new Balance(Strategy.ROUND_ROBIN, Balance.DEFAULT.hashing(), Optional.empty(),
                Optional.of(new SlowStart(Duration.ofSeconds(30), 1)));
        return Node.declared(List.of(), new Service("web",
                ServicePolicy.DEFAULT.with(slow),
                List.of(new Backend(A, weight, false, Origin.CONFIG)), Origin.CONFIG));
    }
}
