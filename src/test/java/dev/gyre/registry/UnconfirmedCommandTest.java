package dev.gyre.registry;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gyre.model.Origin;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nobody is told that all is so already while the command that made it so is not confirmed itself. */
class UnconfirmedCommandTest {

    private static final Command WEIGHT = new BackendCommand.Weight("web", A, 5);

    private LonelyRegistry node;

    @BeforeEach
    void start() throws Exception {
        node = LonelyRegistry.of(web(A, B));
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    private Future<CommandResult> give(Command command) {
        return node.registry.apply(command, Node.AUTHOR);
    }

    private static void unconfirmed(Future<CommandResult> command) {
        CommandRefused refused = catchThrowableOfType(CommandRefused.class, () -> Node.get(command));
        assertThat(refused.code()).isEqualTo(503);
        assertThat(refused).hasMessageContaining("not confirmed by the cluster");
    }

    private static void refusedByTheDisk(Future<CommandResult> command) {
        CommandRefused refused = catchThrowableOfType(CommandRefused.class, () -> Node.get(command));
        assertThat(refused).hasMessageContaining("cannot be made durable now");
    }

    @Test
    void aRepetitionWaitsForTheFirst() throws Exception {
        Promise<Void> kept = Promise.promise();
        node.replica.keeps(kept::future);
        Future<CommandResult> first = give(WEIGHT);
        Node.await(() -> node.replica.kept().stream().anyMatch(entry ->
                entry.value(EntryFields.WEIGHT).equals(Optional.of(5))));
        node.replica.keeps(Future::succeededFuture);
        Future<CommandResult> again = give(WEIGHT);
        // What changes nothing and is given later is answered later: by then the repetition was judged.
        Future<CommandResult> other = give(new BackendCommand.Weight("web", B, 2));
        Node.await(() -> node.weight(B) == 2);
        assertThat(first.isComplete() || again.isComplete() || other.isComplete()).isFalse();
        kept.complete();
        assertThat(Node.get(first).changed()).isTrue();
        assertThat(Node.get(again).changed()).isFalse();
        Node.get(other);
    }

    @Test
    void aRepetitionFailsWithTheFirst() throws Exception {
        Promise<Void> kept = Promise.promise();
        node.replica.keeps(kept::future);
        Future<CommandResult> first = give(WEIGHT);
        Node.await(() -> node.replica.kept().stream().anyMatch(entry ->
                entry.value(EntryFields.WEIGHT).equals(Optional.of(5))));
        node.replica.keeps(Future::succeededFuture);
        Future<CommandResult> again = give(WEIGHT);
        Node.get(node.registry.merge(List.of()));
        kept.fail("no backup");
        unconfirmed(first);
        unconfirmed(again);
    }

    @Test
    void aRepetitionBesideACommandThatTheDiskRefusesWaitsForTheFirstAsWell() throws Exception {
        Promise<Void> kept = Promise.promise();
        node.replica.keeps(kept::future);
        Future<CommandResult> first = give(WEIGHT);
        Node.await(() -> node.replica.kept().stream().anyMatch(entry ->
                entry.value(EntryFields.WEIGHT).equals(Optional.of(5))));
        node.replica.keeps(Future::succeededFuture);
        node.store.fails(() -> {
            throw new IOException("No space left on device");
        });
        Promise<Void> alone = Promise.promise();
        Promise<Void> together = Promise.promise();
        node.replica.catchesUp(alone::future);
        Future<CommandResult> before = give(new BackendCommand.Weight("web", B, 2));
        node.replica.catchesUp(together::future);
        Future<CommandResult> again = give(WEIGHT);
        Future<CommandResult> beside = give(new BackendCommand.Weight("web", B, 3));
        alone.complete();
        refusedByTheDisk(before);
        together.complete();
        refusedByTheDisk(beside);
        // What others wrote is taken over after that group: by then the repetition would have its answer.
        Node.get(node.registry.merge(List.of()));
        assertThat(first.isComplete() || again.isComplete()).isFalse();
        kept.fail("no backup");
        unconfirmed(first);
        unconfirmed(again);
    }

    @Test
    void aFailureFailsNoneThatCameAfterItThoughOthersAreStillUnderWay() throws Exception {
        Promise<Void> first = Promise.promise();
        Promise<Void> second = Promise.promise();
        Acknowledgements acknowledgements = new Acknowledgements();
        Key a = Key.backend(Origin.OPERATOR, "web", A);
        Key b = Key.backend(Origin.OPERATOR, "web", B);
        Future<?> one = acknowledgements.offer(Set.of(a), keys -> first.future());
        Future<?> two = acknowledgements.offer(Set.of(b), keys -> second.future());
        first.fail("no backup");
        Future<?> three = acknowledgements.offer(Set.of(b), keys -> {
            assertThat(keys).as("what failed goes along").containsExactlyInAnyOrder(a, b);
            return Future.succeededFuture();
        });
        second.complete();
        assertThat(one.failed()).isTrue();
        assertThat(two.failed()).as("was under way together with the first").isTrue();
        assertThat(three.succeeded()).isTrue();
    }

    @Test
    void aRepetitionAfterAFailureOffersTheChangeOnceMore() throws Exception {
        node.replica.keeps(() -> Future.failedFuture("no backup"));
        unconfirmed(give(WEIGHT));
        unconfirmed(give(WEIGHT));
        node.replica.keeps(Future::succeededFuture);
        int before = node.replica.kept().size();
        assertThat(node.apply(WEIGHT).changed()).isFalse();
        List<Entry> offered = node.replica.kept().subList(before, node.replica.kept().size());
        assertThat(offered).extracting(Entry::key)
                .contains(Key.backend(Origin.OPERATOR, "web", A));
        before = node.replica.kept().size();
        node.apply(WEIGHT);
        assertThat(node.replica.kept()).as("confirmed: offered no more").hasSize(before);
    }
}
