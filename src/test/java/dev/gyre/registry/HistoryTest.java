package dev.gyre.registry;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static dev.gyre.registry.Node.C;
import static dev.gyre.registry.Node.declared;
import static dev.gyre.registry.Node.service;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gyre.model.Backend;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Origin;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Topology;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who changed what, when and where, and what was before. */
class HistoryTest {

    @TempDir
    Path data;

    private static List<String> whats(Node node) {
        return node.registry.history().changes().map(ChangeRecord::what).toList();
    }

    private static CommandRefused refused(Node node, String version) {
        return catchThrowableOfType(CommandRefused.class, () -> node.registry.history().find(version));
    }

    @Test
    void eachChangeSaysWhoWhenWhatAndWhere() throws Exception {
        try (Node node = Node.inMemory(web(A, B))) {
            node.clock.step(Duration.ofMinutes(1));
            CommandResult applied = node.apply(new BackendCommand.Weight("web", A, 5));
            ChangeRecord change = node.registry.history().changes().findFirst().orElseThrow();
            assertThat(change.author()).isEqualTo(new Author(Origin.OPERATOR, "alice@test via bus"));
            assertThat(change.time()).isEqualTo("2026-03-01T12:01:00Z");
            assertThat(change.what()).isEqualTo("web/http://10.0.0.5:9001 changes its weight from 1 to 5");
            assertThat(change.version()).isEqualTo(applied.version());
            assertThat(change.node()).isEqualTo("node-a");
            assertThat(change.nodeId()).isEqualTo(node.registry.nodeId());
            assertThat(change.services()).containsExactly("web");
        }
    }

    @Test
    void configAndDrainsThatEndByThemselvesAreChangesToo() throws Exception {
        try (Node node = Node.inMemory(web(A, B))) {
            node.apply(new BackendCommand.Drain("web", A, Optional.of(Duration.ofSeconds(1))));
            node.clock.step(Duration.ofSeconds(2));
            Node.await(() -> whats(node).size() == 3);
            node.declare(web(A));
            assertThat(node.registry.history().changes().map(change -> change.author().text()))
                    .containsExactly("config", "drain ttl", "alice@test via bus", "config");
        }
    }

    @Test
    void whatChangesNothingAndWhatIsRefusedIsNoChange() throws Exception {
        try (Node node = Node.inMemory(web(A, B))) {
            node.apply(new BackendCommand.Add("web", A, Optional.empty()));
            node.declare(web(A, B));
            catchThrowableOfType(CommandRefused.class,
                    () -> node.apply(new BackendCommand.Weight("wbe", A, 5)));
            assertThat(whats(node)).containsExactly("config declared");
        }
    }

    @Test
    void everyVersionThatWasAcknowledgedIsThereAsItWasAlsoAfterARestart() throws Exception {
        List<Topology> seen = new ArrayList<>();
        try (Node node = Node.on(data, web(A, B))) {
            seen.add(node.registry.topology());
            for (Command command : List.of(new BackendCommand.Add("web", C, Optional.of(3)),
                    new BackendCommand.Remove("web", A), new RouteCommand.Put("*", "/v1/*", "web",
                            OptionalLong.empty(), Optional.empty(), true),
                    new BackendCommand.Drain("web", B, Optional.empty()),
                    new BackendCommand.Resume("web", A), new RouteCommand.Remove("*", "/v1/*"))) {
                node.apply(command);
                seen.add(node.registry.topology());
            }
        }
        try (Node node = Node.on(data, web(A, B))) {
            History history = node.registry.history();
            for (Topology then : seen) {
                History.Point point = history.find(then.version());
                assertThat(history.at(point)).isEqualTo(then);
                assertThat(history.entriesAt(point).version()).isEqualTo(then.version());
            }
            assertThat(history.changes()).hasSameSizeAs(seen);
        }
    }

    @Test
    void commandsThatShareOneWriteAreChangesOfTheirOwn() throws Exception {
        try (Node node = Node.inMemory(web(A))) {
            List<Future<CommandResult>> all = new ArrayList<>();
            for (int weight = 2; weight <= 100; weight++) {
                all.add(node.registry.apply(new BackendCommand.Weight("web", A, weight), Node.AUTHOR));
            }
            for (Future<CommandResult> one : all) {
                Node.get(one);
            }
            History history = node.registry.history();
            int weight = 100;
            for (ChangeRecord change : history.changes().limit(99).toList()) {
                Topology then = history.at(history.find(change.version()));
                assertThat(then.services().get("web").backends().get(0).weight()).isEqualTo(weight--);
            }
        }
    }

    @Test
    void onlyTheLastThousandAreKept() throws Exception {
        try (Node node = Node.inMemory(web(A))) {
            List<Future<CommandResult>> all = new ArrayList<>();
            for (int i = 0; i < 1_100; i++) {
                all.add(node.registry.apply(new BackendCommand.Weight("web", A, 2 + i % 900), Node.AUTHOR));
            }
            for (Future<CommandResult> one : all) {
                Node.get(one);
            }
            List<ChangeRecord> kept = node.registry.history().changes().toList();
            assertThat(kept).hasSize(1_000);
            assertThat(kept.get(0).what()).endsWith("to " + (2 + 1_099 % 900));
            assertThat(kept.get(999).what()).endsWith("to 102");
        }
    }

    @Test
    void aServicesHistoryIsWhatTouchedIt() throws Exception {
        try (Node node = Node.inMemory(declared(List.of(Node.route("*", "/*", "web")), service("web", A),
                service("api", B)))) {
            node.apply(new BackendCommand.Weight("web", A, 5));
            node.apply(new RouteCommand.Put("*", "/*", "api"));
            History history = node.registry.history();
            assertThat(history.changes("web").map(ChangeRecord::what)).containsExactly(
                    "route */* now leads to \"api\" instead of \"web\"",
                    "web/http://10.0.0.5:9001 changes its weight from 1 to 5", "config declared");
            assertThat(history.changes("api").map(ChangeRecord::what)).containsExactly(
                    "route */* now leads to \"api\" instead of \"web\"", "config declared");
            CommandRefused unknown =
                    catchThrowableOfType(CommandRefused.class, () -> history.changes("wbe"));
            assertThat(unknown.code()).isEqualTo(404);
            assertThat(unknown).hasMessage("no service \"wbe\", neither now nor in the history"
                    + " (did you mean \"web\"? known: api, web)");
        }
    }

    @Test
    void aVersionIsNamedByAnyPrefixThatIsItsAlone() throws Exception {
        try (Node node = Node.inMemory(web(A))) {
            String first = node.registry.topology().version();
            node.clock.step(Duration.ofDays(40));
            String second = node.apply(new BackendCommand.Weight("web", A, 5)).version();
            node.clock.step(Duration.ofMillis(1));
            String third = node.apply(new BackendCommand.Weight("web", A, 6)).version();
            History history = node.registry.history();
            assertThat(history.find(first.substring(0, 4)).version()).isEqualTo(first);
            assertThat(history.find(second.substring(0, 11).toUpperCase()).version()).isEqualTo(second);
            assertThat(history.now().version()).isEqualTo(third);

            CommandRefused ambiguous = refused(node, second.substring(0, 6));
            assertThat(ambiguous.code()).isEqualTo(409);
            assertThat(ambiguous).hasMessage("version \"" + second.substring(0, 6)
                    + "\" may be 2 of the history: " + second + ", " + third
                    + " (expected: more of its characters)");
            CommandRefused unknown = refused(node, "zzz");
            assertThat(unknown.code()).isEqualTo(404);
            assertThat(unknown).hasMessage("no version \"zzz\" in the history (nearest: " + first + ", "
                    + second + ", " + third + "; \"history\" shows all 3)");
            assertThat(refused(node, second.replace('.', '-'))).hasMessageContaining(
                    "did you mean \"" + second + "\"?");
        }
    }

    @Test
    void aChangeTooLargeToBeKeptStandsInTheWayOfWhatWasBeforeIt() throws Exception {
        BackendUrl[] many = IntStream.rangeClosed(1, 2_001)
                .mapToObj(port -> new BackendUrl("10.0.0.1", port)).toArray(BackendUrl[]::new);
        try (Node node = Node.inMemory(web(A))) {
            String before = node.registry.topology().version();
            node.declare(web(many));
            String large = node.registry.topology().version();
            node.apply(new BackendCommand.Weight("web", many[0], 5));
            History history = node.registry.history();
            assertThat(history.at(history.find(large)).services().get("web").backends()).hasSize(2_001);
            CommandRefused refused = catchThrowableOfType(CommandRefused.class,
                    () -> history.at(history.find(before)));
            assertThat(refused.code()).isEqualTo(409);
            assertThat(refused).hasMessage("version " + before + " cannot be had any more: the change of"
                    + " 2026-03-01T12:00:00Z after it (config changed: web/http://10.0.0.1:1 added,"
                    + " web/http://10.0…) wrote more than 2000 entries, and"
                    + " what was there before was not kept (expected: " + large + " or later)");
        }
    }

    @Test
    void whatANodeHadNotYetHeardOfIsStillWhatWasBefore() throws Exception {
        RegistryState start = RegistryState.of(Entries.empty(), Instant.EPOCH);
        start = changed(start, new Declare(web(A), false), 1, 1);
        RegistryState one = changed(start, new BackendCommand.Weight("web", A, 5), 2, 1);
        // Node 2 has not heard of weight 5 yet; node 1 has not heard of weight 7 when it sets 9.
        RegistryState two = changed(start, new BackendCommand.Weight("web", A, 7), 3, 2);
        RegistryState three = changed(one, new BackendCommand.Weight("web", A, 9), 4, 1);
        RegistryState merged = RegistryState.of(three.entries().merge(two.entries()), Instant.EPOCH);
        History history = new History(merged);
        assertThat(history.at(history.find(one.topology().version())).services())
                .isEqualTo(one.topology().services());
    }

    @Test
    void anEndThatTwoNodesNoticedAtDifferentMomentsIsOneEvent() throws Exception {
        try (Node one = Node.inMemory(web(A, B)); Node other = Node.inMemory(web(A, B))) {
            one.apply(new BackendCommand.Drain("web", A, Optional.of(Duration.ofSeconds(10))));
            one.apply(new BackendCommand.Drain("web", B, Optional.of(Duration.ofSeconds(20))));
            Node.get(other.registry.merge(one.registry.entries().all()));
            one.clock.step(Duration.ofSeconds(30));
            Node.await(() -> ends(one).size() == 2);
            other.clock.step(Duration.ofSeconds(15));
            Node.await(() -> ends(other).size() == 1);
            other.clock.step(Duration.ofSeconds(15));
            Node.await(() -> ends(other).size() == 2);
            Node.get(one.registry.merge(other.registry.entries().all()));
            assertThat(ends(one)).containsExactlyInAnyOrder("drain ended by itself: web/" + A,
                    "drain ended by itself: web/" + B);
        }
    }

    private static List<String> ends(Node node) {
        return whats(node).stream().filter(what -> what.startsWith("drain ended")).toList();
    }

    @Test
    void ofAChangeThatTheWriterOfTheLatestHadNotHeardOfTheRecordStillTells() throws Exception {
        RegistryState start =
                changed(RegistryState.of(Entries.empty(), Instant.EPOCH), new Declare(web(A), false), 1, 1);
        // A cut: node 2 sets 7 and 8 meanwhile, of which node 1 never heard when it set 9.
        RegistryState seven = changed(start, new BackendCommand.Weight("web", A, 7), 2, 2);
        RegistryState eight = changed(seven, new BackendCommand.Weight("web", A, 8), 3, 2);
        RegistryState nine = changed(start, new BackendCommand.Weight("web", A, 9), 4, 1);
        for (Entries merged : List.of(nine.entries().merge(eight.entries()),
                eight.entries().merge(nine.entries()))) {
            RegistryState healed = RegistryState.of(merged, Instant.EPOCH);
            for (RegistryState then : List.of(start, seven, eight, nine)) {
                History history = new History(healed);
                History.Point point = history.find(then.topology().version());
                assertThat(history.uncertain(point)).isEmpty();
                RegistryState back = changed(healed, new Rollback(then.topology().version()), 9, 1);
                assertThat(back.service("web").backends().get(0).weight())
                        .isEqualTo(then.service("web").backends().get(0).weight());
            }
        }
    }

    @Test
    void whatChangedWithoutARecordIsNamedByARollback() throws Exception {
        RegistryState start = changed(RegistryState.of(Entries.empty(), Instant.EPOCH),
                new Declare(web(A, B), false), 1, 1);
        RegistryState one = changed(start, new BackendCommand.Weight("web", A, 5), 2, 1);
        // Of node 2 the entry has come, and not yet what it wrote down of it.
        Entry bare = new BackendCommand.Weight("web", B, 6).on(start, new Stamp(3, 0, 2)).entries().get(0);
        RegistryState merged = RegistryState.of(one.entries().with(List.of(bare)), Instant.EPOCH);
        Change back = new Rollback(start.topology().version()).on(merged, new Stamp(4, 0, 1));
        assertThat(back.what()).endsWith(": web/http://10.0.0.5:9001 weight 5 → 1; perhaps not restored,"
                + " because the history does not have the former value: web/http://10.0.0.6:9001 weight");
    }

    @Test
    void whatALargeChangeOfAnotherNodeMayHaveWrittenIsNamedByARollback() throws Exception {
        RegistryState start =
                changed(RegistryState.of(Entries.empty(), Instant.EPOCH), new Declare(web(A), false), 1, 1);
        BackendUrl[] many = IntStream.rangeClosed(1, 2_001)
                .mapToObj(port -> new BackendUrl("10.0.0.5", 8000 + port)).toArray(BackendUrl[]::new);
        Topology later = declared(List.of(), new Service("web", ServicePolicy.DEFAULT,
                Arrays.stream(many).map(url -> new Backend(url, 4, false, Origin.CONFIG)).toList(),
                Origin.CONFIG));
        RegistryState large = changed(start, new Declare(later, false), 2, 2);
        // Node 1 has not heard of it when its own config changes; only one of its fields is in doubt.
        RegistryState other = changed(start, new Declare(declared(List.of(), new Service("web",
                ServicePolicy.DEFAULT, List.of(new Backend(A, 3, false, Origin.CONFIG)), Origin.CONFIG)),
                false), 3, 1);
        RegistryState merged = RegistryState.of(other.entries().merge(large.entries()), Instant.EPOCH);
        Change back = new Rollback(large.topology().version()).on(merged, new Stamp(4, 0, 1));
        assertThat(back.what()).endsWith("perhaps not restored, because the history does not have the former"
                + " value: web/http://10.0.0.5:9001 weight");
    }

    private static RegistryState changed(RegistryState state, Command command, long wall, long node)
            throws Exception {
        Stamp stamp = new Stamp(wall, 0, node);
        Author author = command instanceof Declare ? Author.CONFIG : Node.AUTHOR;
        return ChangeRecord.applied(state, command.on(state, stamp), stamp, author, "node");
    }
}
