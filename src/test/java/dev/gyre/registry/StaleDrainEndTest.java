package dev.gyre.registry;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A node that was away while a drain's ttl ran out ends that drain, and nothing that was decided meanwhile.
 */
class StaleDrainEndTest {

    private final StepClock clock = new StepClock();
    private LonelyRegistry here;
    private LonelyRegistry away;

    @BeforeEach
    void drainAndPart() throws Exception {
        List<LonelyRegistry> both = LonelyRegistry.pair(web(A, B), clock);
        here = both.get(0);
        away = both.get(1);
        here.apply(new BackendCommand.Drain("web", A, Optional.of(Duration.ofMinutes(1))));
        LonelyRegistry.meet(here, away);
    }

    @AfterEach
    void stop() throws Exception {
        here.close();
        away.close();
    }

    private void endsAwayAndMeets() throws Exception {
        away.clock.step(Duration.ofHours(1));
        Node.await(() -> away.latest().startsWith("drain ended by itself"));
        assertThat(away.backend(A).orElseThrow().draining()).isFalse();
        LonelyRegistry.meet(here, away);
    }

    @Test
    void aRemovalStands() throws Exception {
        here.apply(new BackendCommand.Remove("web", A));
        endsAwayAndMeets();
        assertThat(here.backend(A)).isEmpty();
        assertThat(away.backend(A)).isEmpty();
    }

    @Test
    void aDrainWithoutEndStands() throws Exception {
        here.apply(new BackendCommand.Drain("web", A, Optional.empty()));
        endsAwayAndMeets();
        assertThat(here.backend(A).orElseThrow().draining()).isTrue();
        assertThat(away.backend(A).orElseThrow().draining()).isTrue();
    }

    @Test
    void aLongerDrainStands() throws Exception {
        here.apply(new BackendCommand.Drain("web", A, Optional.of(Duration.ofHours(3))));
        endsAwayAndMeets();
        assertThat(here.backend(A).orElseThrow().draining()).isTrue();
        assertThat(away.backend(A).orElseThrow().draining()).isTrue();
    }

    @Test
    void aWeightAndAZoneStand() throws Exception {
        here.apply(new BackendCommand.Add("web", A,
                new BackendCommand.Wish(Optional.of(7), Optional.of("east"))));
        endsAwayAndMeets();
        for (LonelyRegistry node : List.of(here, away)) {
            assertThat(node.weight(A)).isEqualTo(7);
            assertThat(node.backend(A).orElseThrow().zone()).contains("east");
            assertThat(node.backend(A).orElseThrow().draining()).isFalse();
        }
    }

    @Test
    void bothWriteTheSameEndAndItIsOneEvent() throws Exception {
        away.clock.step(Duration.ofHours(1));
        here.clock.step(Duration.ofHours(1));
        Node.await(() -> away.latest().startsWith("drain ended by itself"));
        Node.await(() -> here.latest().startsWith("drain ended by itself"));
        LonelyRegistry.meet(here, away);
        assertThat(here.registry.history().changes().filter(change ->
                change.what().startsWith("drain ended by itself"))).hasSize(1);
    }

    @Test
    void aNodeThatHearsTooFewOthersWritesNothingDown() throws Exception {
        away.replica.inTouch(false);
        away.clock.step(Duration.ofHours(1));
        Node.await(() -> !away.backend(A).orElseThrow().draining());
        assertThat(away.latest()).doesNotStartWith("drain ended by itself");
    }

    @Test
    void theClockOfTheClusterCountsAndNotThatOfTheNode() throws Exception {
        away.replica.time(away.clock.instant());
        away.clock.step(Duration.ofHours(1));
        away.apply(new BackendCommand.Weight("web", B, 3));
        assertThat(away.backend(A).orElseThrow().draining()).isTrue();
        assertThat(away.registry.entries().entry(Key.backend(dev.gyre.model.Origin.OPERATOR, "web", A))
                .orElseThrow().register(EntryFields.DRAINING).orElseThrow().isSet()).isTrue();
    }
}
