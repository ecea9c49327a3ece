package dev.gyre.registry;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.Backend;
import dev.gyre.model.Origin;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A drain with a time limit must end by itself, also when nobody was there to see the time pass. */
class DrainTtlTest {

    @TempDir
    Path data;

    private static boolean draining(Node node) {
        return node.backend("web", A).orElseThrow().draining();
    }

    private static Command drain() {
        return new BackendCommand.Drain("web", A, Optional.of(Duration.ofMinutes(10)));
    }

    @Test
    void itEndsWhenTheTimeIsUpAndLeavesTheWeight() throws Exception {
        try (Node node = Node.inMemory(web(A, B))) {
            node.apply(new BackendCommand.Weight("web", A, 8));
            node.apply(drain());
            String before = node.registry.topology().version();
            node.clock.step(Duration.ofMinutes(10));
            Node.await(() -> !draining(node));
            assertThat(node.backend("web", A)).contains(new Backend(A, 8, false, Origin.CONFIG));
            Node.await(() -> node.registry.topology().version().compareTo(before) > 0);
            assertThat(node.registry.history().changes().findFirst().orElseThrow().what())
                    .isEqualTo("drain ended by itself: web/" + A);
        }
    }

    @Test
    void itEndsInARestartThatSleptThroughIt() throws Exception {
        StepClock clock = new StepClock();
        try (Node node = Node.on(data, web(A, B), clock)) {
            node.apply(drain());
        }
        clock.step(Duration.ofMinutes(9));
        try (Node node = Node.on(data, web(A, B), clock)) {
            assertThat(draining(node)).isTrue();
        }
        clock.step(Duration.ofMinutes(1));
        try (Node node = Node.on(data, web(A, B), clock)) {
            assertThat(draining(node)).isFalse();
        }
    }

    @Test
    void itEndsAfterARestartInItsMidst() throws Exception {
        StepClock clock = new StepClock();
        try (Node node = Node.on(data, web(A, B), clock)) {
            node.apply(drain());
        }
        try (Node node = Node.on(data, web(A, B), clock)) {
            assertThat(draining(node)).isTrue();
            clock.step(Duration.ofMinutes(10));
            Node.await(() -> !draining(node));
        }
    }

    @Test
    void oneDrainThatIsUpDoesNotEndAnother() throws Exception {
        try (Node node = Node.inMemory(web(A, B))) {
            node.apply(drain());
            node.apply(new BackendCommand.Drain("web", B, Optional.empty()));
            node.clock.step(Duration.ofHours(1));
            Node.await(() -> !draining(node));
            assertThat(node.backend("web", B)).get().extracting(Backend::draining).isEqualTo(true);
        }
    }

    @Test
    void itDoesNotBringBackWhatWasRemovedMeanwhile() throws Exception {
        try (Node node = Node.inMemory(web(A, B))) {
            node.apply(drain());
            node.apply(new BackendCommand.Remove("web", A));
            node.apply(new BackendCommand.Drain("web", B, Optional.of(Duration.ofMinutes(10))));
            node.clock.step(Duration.ofHours(1));
            Node.await(() -> !node.backend("web", B).orElseThrow().draining());
            assertThat(node.backend("web", A)).isEmpty();
        }
    }

    @Test
    void itIsForgottenForABackendConfigHasDropped() throws Exception {
        try (Node node = Node.inMemory(web(A, B))) {
            node.apply(drain());
            node.apply(new BackendCommand.Drain("web", B, Optional.of(Duration.ofMinutes(10))));
            node.declare(web(B));
            node.clock.step(Duration.ofHours(1));
            Node.await(() -> !node.backend("web", B).orElseThrow().draining());
            assertThat(node.backend("web", A)).isEmpty();
            node.declare(web(A, B));
            assertThat(draining(node)).isFalse();
        }
    }
}
