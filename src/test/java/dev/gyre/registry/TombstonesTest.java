package dev.gyre.registry;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static dev.gyre.registry.Node.C;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.config.Settings;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Origin;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * The mark of a removal is kept for the retention, costs nothing after it, and nothing comes back by that.
 */
class TombstonesTest {

    private static final Key GONE = Key.backend(Origin.OPERATOR, "web", B);
    private static final Duration RETENTION = Settings.RETENTION;

    private final StepClock clock = new StepClock();
    private final BentStore disk = new BentStore(1);

    private LonelyRegistry start() throws Exception {
        return LonelyRegistry.on(disk, web(A), clock);
    }

    private void addAndRemove(BackendUrl url) throws Exception {
        try (LonelyRegistry node = start()) {
            node.apply(new BackendCommand.Add("web", url, Optional.empty()));
            node.apply(new BackendCommand.Remove("web", url));
            clock.step(Duration.ofMillis(1));
        }
    }

    private void changeSomethingElse() throws Exception {
        try (LonelyRegistry node = start()) {
            node.apply(new BackendCommand.Weight("web", A, 1 + node.weight(A)));
        }
    }

    @Test
    void itIsKeptForTheRetentionAndGoesAfterIt() throws Exception {
        addAndRemove(B);
        changeSomethingElse();
        clock.step(RETENTION.minusMinutes(1));
        try (LonelyRegistry node = start()) {
            assertThat(node.registry.entries().entry(GONE)).isPresent();
        }
        clock.step(Duration.ofMinutes(2));
        try (LonelyRegistry node = start()) {
            assertThat(node.registry.entries().entry(GONE)).isEmpty();
            assertThat(disk.lines()).doesNotContainKey(GONE.toString());
            assertThat(node.registry.collected()).isGreaterThan(Stamp.ZERO);
        }
        try (LonelyRegistry node = start()) {
            assertThat(node.registry.entries().entry(GONE)).as("after a restart").isEmpty();
            assertThat(node.registry.collected()).isGreaterThan(Stamp.ZERO);
        }
    }

    @Test
    void theLatestStampStaysAndNeitherDigestNorVersionChanges() throws Exception {
        changeSomethingElse();
        clock.step(Duration.ofMillis(1));
        addAndRemove(C);
        addAndRemove(B);
        String digest;
        String version;
        try (LonelyRegistry node = start()) {
            digest = node.registry.entries().digest();
            version = node.registry.topology().version();
        }
        clock.step(RETENTION.plusMinutes(1));
        for (int start = 0; start < 2; start++) {
            try (LonelyRegistry node = start()) {
                assertThat(node.registry.entries().entry(Key.backend(Origin.OPERATOR, "web", C))).isEmpty();
                assertThat(node.registry.entries().entry(GONE)).as("the latest of all").isPresent();
                assertThat(node.registry.entries().digest()).isEqualTo(digest);
                assertThat(node.registry.topology().version()).isEqualTo(version);
            }
        }
    }

    @Test
    void aNodeThatForgotAndOneThatDidNotAgreeAndNeitherTakesItBack() throws Exception {
        addAndRemove(B);
        changeSomethingElse();
        Entries before;
        try (LonelyRegistry node = start()) {
            before = node.registry.entries();
        }
        Entry mark = before.entry(GONE).orElseThrow();
        clock.step(RETENTION.plusMinutes(1));
        try (LonelyRegistry node = start()) {
            assertThat(node.registry.entries().digest()).isEqualTo(before.digest());
            assertThat(node.registry.entries().version()).isEqualTo(before.version());
            assertThat(node.registry.wants(mark)).isFalse();
            node.hear(before.all().toArray(Entry[]::new));
            assertThat(node.registry.entries().entry(GONE)).isEmpty();
            assertThat(node.backend(B)).isEmpty();
            Entry old = Entry.of(GONE, Register.set(EntryFields.WEIGHT, mark.stamp(), 5));
            assertThat(node.registry.wants(old)).as("what is no mark is taken over").isTrue();
        }
    }

    @Test
    void anOldMarkStillTakesAwayWhatIsHeld() throws Exception {
        addAndRemove(B);
        changeSomethingElse();
        Entry mark;
        try (LonelyRegistry node = start()) {
            mark = node.registry.entries().entry(GONE).orElseThrow();
        }
        StepClock late = new StepClock(clock);
        try (LonelyRegistry other = LonelyRegistry.inCluster(new BentStore(2), web(A, B, C), late)) {
            other.hear(Entry.of(GONE, Register.set(EntryFields.PRESENT,
                    new Stamp(mark.stamp().wall() - 1, 0, 1),
                    true)));
            late.step(RETENTION.plusMinutes(1));
            assertThat(other.registry.wants(mark)).isTrue();
            other.hear(mark);
            assertThat(other.registry.entries().entry(GONE).orElseThrow().tombstone()).isTrue();
        }
    }

    @Test
    void aNewNodeShowsTheVersionOfTheOthersThoughTheLatestChangeWasAnOldRemoval() throws Exception {
        changeSomethingElse();
        clock.step(Duration.ofMillis(1));
        addAndRemove(B);
        clock.step(RETENTION.plusMinutes(1));
        try (LonelyRegistry node = start();
             LonelyRegistry newcomer = LonelyRegistry.inCluster(new BentStore(2), web(A), clock)) {
            newcomer.hear(node);
            node.hear(newcomer);
            assertThat(newcomer.registry.topology().version()).isEqualTo(node.registry.topology().version());
            assertThat(newcomer.registry.entries().digest()).isEqualTo(node.registry.entries().digest());
        }
    }

    @Test
    void forgettingLeavesDigestAndHighestStamp() {
        RegistryState state =
                RegistryState.of(Entries.of(List.of(Entry.of(GONE, Register.unset(EntryFields.PRESENT,
                new Stamp(5, 0, 1))))), clock.instant());
        assertThat(state.without(List.of(GONE)).entries().size()).isZero();
        assertThat(state.without(List.of(GONE)).entries().digest()).isEqualTo(state.entries().digest());
        assertThat(state.without(List.of(GONE)).entries().highest()).isEqualTo(state.entries().highest());
    }

    @Test
    void whatIsForgottenWithADeadlineHasNoneLeft() {
        Entry drained = Entry.of(GONE, Register.set(EntryFields.DRAINING, new Stamp(5, 0, 1),
                new io.vertx.core.json.JsonObject().put(EntryFields.UNTIL, clock.millis() - 1)));
        RegistryState without = RegistryState.of(Entries.of(List.of(drained)), clock.instant())
                .without(List.of(GONE));
        assertThat(without.deadlines()).isEqualTo(Deadlines.NONE);
        assertThat(new DeadlineCommand(GONE).on(without, new Stamp(9, 0, 1)).entries()).isEmpty();
    }
}
