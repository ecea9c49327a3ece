package dev.gyre.registry;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static dev.gyre.registry.Node.C;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gyre.model.Origin;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever throws in the writer, it fails the commands of that moment and none that comes later. */
class FaultyWriterTest {

    private LonelyRegistry node;

    @BeforeEach
    void start() throws Exception {
        node = LonelyRegistry.of(web(A, B));
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    /** Even to name it goes wrong. */
    private static final class Unspeakable extends Error {

        @Override
        public String toString() {
            throw new StackOverflowError();
        }
    }

    static Stream<Supplier<Throwable>> faults() {
        return Stream.of(IllegalStateException::new, () -> new OutOfMemoryError("made up"),
                StackOverflowError::new, Unspeakable::new);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> RuntimeException rethrown(Throwable fault) throws T {
        throw (T) fault;
    }

    private CommandRefused refused(Command command) {
        CommandRefused refused = catchThrowableOfType(CommandRefused.class, () -> node.apply(command));
        assertThat(refused).as("%s is refused", command).isNotNull();
        return refused;
    }

    private static Command weight(int weight) {
        return new BackendCommand.Weight("web", A, weight);
    }

    private void goesOn() throws Exception {
        node.apply(weight(9));
        assertThat(node.weight(A)).isEqualTo(9);
        node.hear(Entry.of(Key.backend(Origin.OPERATOR, "web", B),
                Register.set(EntryFields.WEIGHT, new Stamp(node.clock.millis(), 8, 1), 8)));
        assertThat(node.weight(B)).isEqualTo(8);
    }

    @ParameterizedTest
    @MethodSource("faults")
    void whatTheDiskThrowsRefusesTheCommandAlone(Supplier<Throwable> fault) throws Exception {
        node.store.fails(() -> rethrown(fault.get()));
        CommandRefused refused = refused(weight(5));
        assertThat(refused.code()).isEqualTo(503);
        if (!(fault.get() instanceof Unspeakable)) {
            assertThat(refused).hasMessageContaining(fault.get().getClass().getName());
        }
        assertThat(node.weight(A)).isEqualTo(1);
        assertThat(node.registry.status().faults()).isPositive();
        node.store.fails(BentStore.NONE);
        goesOn();
    }

    @ParameterizedTest
    @MethodSource("faults")
    void whatTheDiskThrowsAfterItHasWrittenDoesSoToo(Supplier<Throwable> fault) throws Exception {
        node.store.compacts(true);
        node.store.put("operator/service/unread", "{");
        Supplier<Throwable> once = fault;
        node.store.fails(() -> {
            node.store.put("operator/backend/web " + C, "{}");
            rethrown(once.get());
        });
        assertThat(refused(weight(5)).code()).isEqualTo(503);
        node.store.fails(BentStore.NONE);
        goesOn();
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aWatcherThatThrowsKeepsNoOtherFromTheNews(Supplier<Throwable> fault) throws Exception {
        List<String> seen = new ArrayList<>();
        node.registry.watch(topology -> rethrown(fault.get()));
        node.registry.watch(topology -> seen.add(topology.version()));
        long before = node.registry.status().faults();
        if (fault.get() instanceof Unspeakable) {
            refused(weight(5));
        } else {
            node.apply(weight(5));
            assertThat(node.weight(A)).isEqualTo(5);
            assertThat(seen).hasSize(1);
        }
        assertThat(node.registry.status().faults()).isGreaterThan(before);
    }

    @ParameterizedTest
    @MethodSource("faults")
    void whatTheReplicaThrowsLeavesTheCommandUnconfirmedAndOwed(Supplier<Throwable> fault) throws Exception {
        node.replica.keeps(() -> {
            throw rethrown(fault.get());
        });
        assertThat(refused(weight(5)).code()).isEqualTo(503);
        assertThat(node.registry.status().faults()).isPositive();
        node.replica.keeps(() -> Future.failedFuture("still not"));
        assertThat(refused(weight(5))).as("asked again").hasMessageContaining("not confirmed by the cluster");
        node.replica.keeps(Future::succeededFuture);
        int before = node.replica.kept().size();
        assertThat(node.apply(weight(5)).changed()).isFalse();
        assertThat(node.replica.kept().subList(before, node.replica.kept().size()))
                .as("goes along with the next command").anyMatch(entry ->
                        entry.value(EntryFields.WEIGHT).equals(Optional.of(5)));
        goesOn();
    }

    @ParameterizedTest
    @MethodSource("faults")
    void whatCatchingUpThrowsRefusesTheCommandAlone(Supplier<Throwable> fault) throws Exception {
        if (fault.get() instanceof Unspeakable) {
            return;
        }
        node.replica.catchesUp(() -> {
            throw rethrown(fault.get());
        });
        assertThat(refused(weight(5)).code()).isEqualTo(503);
        node.replica.catchesUp(Future::succeededFuture);
        goesOn();
    }

    @Test
    void whatCannotBeCaughtUpWithChangesNothing() throws Exception {
        node.replica.catchesUp(() -> Future.failedFuture("no answer"));
        assertThat(refused(weight(5))).hasMessageContaining("no answer")
                .hasMessageContaining("repeat the command");
        assertThat(node.weight(A)).isEqualTo(1);
        node.replica.catchesUp(Future::succeededFuture);
        goesOn();
    }

    @Test
    void aCommandThatIsTooDeepToBeJudgedIsRefused() throws Exception {
        JsonObject deep = new JsonObject();
        for (int i = 0; i < 100_000; i++) {
            deep = new JsonObject(Map.of("a", deep));
        }
        JsonObject policy = deep;
        Command command;
        try {
            command = new ServiceCommand.Put("web", policy, Map.of());
        } catch (StackOverflowError e) {
            // Refused where it is read: it never comes to the writer.
            return;
        }
        assertThat(refused(command).code()).isGreaterThanOrEqualTo(400);
        goesOn();
    }

    @Test
    void aCommandThatCameWhileOthersWereAskedIsAnsweredThoughTheNodeStops() throws Exception {
        Promise<Void> pending = Promise.promise();
        node.replica.catchesUp(pending::future);
        Future<CommandResult> waiting = node.registry.apply(weight(5), Node.AUTHOR);
        Future<Void> closed = node.registry.close();
        pending.complete();
        Node.get(closed);
        CommandRefused refused = catchThrowableOfType(CommandRefused.class, () -> Node.get(waiting));
        assertThat(refused).hasMessage("the node is stopping");
    }

    @Test
    void oneRefusedForTheDiskLeavesNoTraceAndWhatOthersWroteCountsAtOnce() throws Exception {
        node.store.fails(() -> {
            throw new IOException("no space left on device");
        });
        assertThat(refused(weight(5))).hasMessageContaining("cannot be made durable now")
                .hasMessageContaining("no space left");
        Stamp stamp = new Stamp(node.clock.millis(), 4, 1);
        node.hear(Entry.of(Key.backend(Origin.OPERATOR, "web", B),
                Register.set(EntryFields.PRESENT, stamp, false)));
        assertThat(node.backend(B)).as("removed elsewhere").isEmpty();
        assertThat(node.weight(A)).isEqualTo(1);
        assertThat(node.registry.status().disk()).hasValueSatisfying(reason ->
                assertThat(reason).contains("no space left"));
        assertThat(node.registry.status().owed()).isEqualTo(1);
        assertThat(node.store.lines()).doesNotContainKey("operator/backend/web " + B);
        assertThat(node.apply(weight(1)).changed()).as("needs no disk").isFalse();
        try (LonelyRegistry before = LonelyRegistry.on(node.store, web(A, B), node.clock)) {
            assertThat(before.backend(B)).as("never came to the disk").isPresent();
        }
        node.store.fails(BentStore.NONE);
        node.apply(weight(3));
        assertThat(node.registry.status().disk()).isEmpty();
        assertThat(node.registry.status().owed()).isZero();
        try (LonelyRegistry again = LonelyRegistry.on(node.store, web(A, B), node.clock)) {
            assertThat(again.backend(B)).isEmpty();
            assertThat(again.weight(A)).isEqualTo(3);
        }
    }
}
