package dev.gyre.registry;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gyre.model.Origin;
import dev.gyre.model.ServicePolicy;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A forgotten hold must end by itself; one in force must hold on every node and through a restart. */
class HoldDeadlineTest {

    @TempDir
    Path data;

    private static Optional<Instant> heldUntil(Node node) {
        return node.registry.topology().services().get("web").heldUntil();
    }

    private static Command hold() {
        return new HoldCommand.Hold("web", Duration.ofMinutes(1));
    }

    @Test
    void itHoldsUntilItIsReleased() throws Exception {
        try (Node node = Node.inMemory(web(A, B))) {
            node.apply(hold());
            assertThat(heldUntil(node)).contains(node.clock.instant().plus(Duration.ofMinutes(1)));
            assertThat(node.apply(hold()).changed()).isFalse();
            assertThat(node.apply(new HoldCommand.Release("web")).changed()).isTrue();
            assertThat(heldUntil(node)).isEmpty();
            assertThat(node.apply(new HoldCommand.Release("web")).what())
                    .isEqualTo("service \"web\" is not held");
            assertThat(node.registry.entries().entry(Key.service(Origin.OPERATOR, "web")).orElseThrow()
                    .tombstone()).as("the operator says nothing any more").isTrue();
        }
    }

    @Test
    void itEndsAtItsDeadlineAndHistorySaysSo() throws Exception {
        try (Node node = Node.inMemory(web(A, B))) {
            node.apply(hold());
            node.clock.step(Duration.ofMinutes(1));
            Node.await(() -> node.registry.history().changes().findFirst().orElseThrow().what()
                    .equals("hold ended by itself: service \"web\""));
            assertThat(heldUntil(node)).isEmpty();
        }
    }

    @Test
    void itOutlastsARestartButNotOneThatSleptThroughIt() throws Exception {
        StepClock clock = new StepClock();
        try (Node node = Node.on(data, web(A, B), clock)) {
            node.apply(hold());
        }
        clock.step(Duration.ofSeconds(30));
        try (Node node = Node.on(data, web(A, B), clock)) {
            assertThat(heldUntil(node)).isPresent();
        }
        clock.step(Duration.ofSeconds(30));
        try (Node node = Node.on(data, web(A, B), clock)) {
            assertThat(heldUntil(node)).isEmpty();
        }
    }

    @Test
    void anotherNodeThatHearsOfItHoldsAsWell() throws Exception {
        try (Node node = Node.inMemory(web(A, B)); Node other = Node.inMemory(web(A, B))) {
            node.apply(hold());
            Node.get(other.registry.merge(node.registry.entries().all()));
            assertThat(heldUntil(other)).isPresent().isEqualTo(heldUntil(node));
        }
    }

    @Test
    void theExchangeOfBackendsAndOfThePolicyLeavesItInForce() throws Exception {
        try (Node node = Node.inMemory(web(A, B))) {
            node.apply(hold());
            node.apply(new BackendCommand.Remove("web", A));
            node.apply(new ServiceCommand.Put("web",
                    new JsonObject().put("pool", new JsonObject().put("maxQueue", 5)), Map.of()));
            node.declare(web(B));
            assertThat(heldUntil(node)).isPresent();
            assertThat(node.registry.topology().services().get("web").policy().pool().maxQueue())
                    .isEqualTo(5);
            node.clock.step(Duration.ofMinutes(1));
            Node.await(() -> heldUntil(node).isEmpty());
            assertThat(node.registry.topology().services().get("web").policy().pool().maxQueue())
                    .isEqualTo(5);
        }
    }

    @Test
    void aRollbackBringsItBackAsLongAsItWouldStillLast() throws Exception {
        try (Node node = Node.inMemory(web(A, B))) {
            String held = node.apply(hold()).version();
            node.apply(new HoldCommand.Release("web"));
            node.apply(new Rollback(held));
            assertThat(heldUntil(node)).isPresent();
            node.apply(new HoldCommand.Release("web"));
            node.clock.step(Duration.ofMinutes(2));
            node.apply(new Rollback(held));
            assertThat(heldUntil(node)).isEmpty();
            assertThat(node.registry.topology().services().get("web").policy())
                    .isEqualTo(ServicePolicy.DEFAULT);
        }
    }

    @Test
    void aServiceThatIsNotThereCannotBeHeld() throws Exception {
        try (Node node = Node.inMemory(web(A, B))) {
            assertThatThrownBy(() -> node.apply(new HoldCommand.Hold("wbe", Duration.ofSeconds(1))))
                    .isInstanceOf(CommandRefused.class).hasMessage("no service \"wbe\" (known: web)");
        }
    }
}
