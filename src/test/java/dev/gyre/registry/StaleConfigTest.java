package dev.gyre.registry;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static dev.gyre.registry.Node.C;
import static dev.gyre.registry.Node.declared;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.Backend;
import dev.gyre.model.Origin;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Topology;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A node that starts with a config of yesterday declares nothing over what was declared or decided since. */
class StaleConfigTest {

    private final StepClock clock = new StepClock();
    private LonelyRegistry here;
    private LonelyRegistry away;

    @BeforeEach
    void declareAndPart() throws Exception {
        List<LonelyRegistry> both = LonelyRegistry.pair(web(A, B), clock);
        here = both.get(0);
        away = both.get(1);
        clock.step(Duration.ofMinutes(1));
    }

    @AfterEach
    void stop() throws Exception {
        here.close();
        away.close();
    }

    private static Topology weighted(int weight) {
        return declared(List.of(), new Service("web", ServicePolicy.DEFAULT,
                List.of(new Backend(A, weight, false, Origin.CONFIG)), Origin.CONFIG));
    }

    private void comesBack(BentStore disk, Topology config) throws Exception {
        away.close();
        clock.step(Duration.ofMinutes(1));
        away = LonelyRegistry.inCluster(disk, config, new StepClock(clock));
        LonelyRegistry.meet(here, away);
    }

    @Test
    void itsOldConfigOverrulesNoNewerOne() throws Exception {
        Node.get(here.registry.declare(weighted(5)));
        comesBack(away.store, web(A, B));
        for (LonelyRegistry node : List.of(here, away)) {
            assertThat(node.weight(A)).isEqualTo(5);
            assertThat(node.backend(B)).isEmpty();
        }
    }

    @Test
    void norDoesItWhereTheNodeHasHeardOfTheNewerOneAndItsFileHasNot() throws Exception {
        Node.get(here.registry.declare(weighted(5)));
        LonelyRegistry.meet(here, away);
        comesBack(away.store, web(A, B));
        for (LonelyRegistry node : List.of(here, away)) {
            assertThat(node.weight(A)).isEqualTo(5);
            assertThat(node.backend(B)).isEmpty();
        }
    }

    @Test
    void norDoesThatOfANodeWhoseDiskIsLost() throws Exception {
        Node.get(here.registry.declare(weighted(5)));
        comesBack(new BentStore(2), web(A, B));
        for (LonelyRegistry node : List.of(here, away)) {
            assertThat(node.weight(A)).isEqualTo(5);
            assertThat(node.backend(B)).isEmpty();
        }
    }

    @Test
    void norDoesItUndoWhatAPersonSaid() throws Exception {
        here.apply(new BackendCommand.Remove("web", B));
        here.apply(new BackendCommand.Weight("web", A, 7));
        comesBack(away.store, web(A, B, C));
        for (LonelyRegistry node : List.of(here, away)) {
            assertThat(node.backend(B)).isEmpty();
            assertThat(node.weight(A)).isEqualTo(7);
            assertThat(node.backend(C)).as("its config is a new one").isPresent();
        }
    }

    @Test
    void aNewConfigConcernsOnlyWhatItChanges() throws Exception {
        Node.get(here.registry.declare(declared(List.of(), new Service("web", ServicePolicy.DEFAULT,
                List.of(new Backend(A, 5, false, Origin.CONFIG), new Backend(B, 1, false, Origin.CONFIG)),
                Origin.CONFIG))));
        comesBack(away.store, web(A, B, C));
        assertThat(here.weight(A)).as("as the newer config has it").isEqualTo(5);
        assertThat(here.backend(C)).isPresent();
    }
}
