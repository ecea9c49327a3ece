package dev.gyre.registry;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static dev.gyre.registry.Node.C;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gyre.model.Backend;
import dev.gyre.model.Topology;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is acknowledged outlives the process; what cannot be made durable is refused and leaves no trace. */
class DurabilityTest {

    @TempDir
    Path dir;

    @Test
    void acknowledgedChangesAreThereAfterARestartUnderTheSameVersion() throws Exception {
        Path data = dir.resolve("not/yet/there");
        Topology before;
        try (Node node = Node.on(data, web(A, B))) {
            node.apply(new BackendCommand.Add("web", C, Optional.of(3)));
            node.apply(new BackendCommand.Remove("web", A));
            node.apply(new BackendCommand.Drain("web", B, Optional.empty()));
            node.apply(new RouteCommand.Put("*", "/v1/*", "web", OptionalLong.empty(),
                    Optional.empty(), true));
            before = node.registry.topology();
        }
        try (Node node = Node.on(data, web(A, B))) {
            assertThat(node.registry.topology()).isEqualTo(before);
        }
    }

    @Test
    void theDirectoryMayBeALink() throws Exception {
        Path link = Files.createSymbolicLink(dir.resolve("link"), Files.createDirectory(dir.resolve("real")));
        Node.on(link, web(A)).close();
        assertThat(dir.resolve("real/topology.json")).exists();
    }

    @Test
    void theNodeKeepsItsId() throws Exception {
        String id;
        try (Node node = Node.on(dir, web(A))) {
            id = node.registry.nodeId();
        }
        assertThat(id).matches("[0-9a-f]{16}");
        try (Node node = Node.on(dir, web(A))) {
            assertThat(node.registry.nodeId()).isEqualTo(id);
        }
    }

    @Test
    void aChangeThatCannotBeWrittenIsRefusedAndALaterOneSucceeds() throws Exception {
        Path data = dir.resolve("data");
        Path away = dir.resolve("away");
        try (Node node = Node.on(data, web(A, B))) {
            Topology before = node.registry.topology();
            List<Topology> seen = new ArrayList<>();
            node.registry.watch(seen::add);
            Files.move(data, away);
            refused(node, "no such directory");
            Files.writeString(data, "a file where the directory was");
            refused(node, "");
            assertThat(node.registry.topology()).isEqualTo(before);
            assertThat(seen).isEmpty();
            // What changes nothing needs no disk.
            assertThat(node.apply(new BackendCommand.Add("web", A, Optional.empty())).changed()).isFalse();

            Files.delete(data);
            Files.move(away, data);
            node.apply(new BackendCommand.Weight("web", B, 4));
            assertThat(seen).hasSize(1);
        }
        try (Node node = Node.on(data, web(A, B))) {
            assertThat(node.backend("web", C)).isEmpty();
            assertThat(node.backend("web", B)).get().extracting(Backend::weight).isEqualTo(4);
        }
    }

    private static void refused(Node node, String reason) {
        CommandRefused refused = catchThrowableOfType(CommandRefused.class,
                () -> node.apply(new BackendCommand.Add("web", C, Optional.empty())));
        assertThat(refused.code()).isEqualTo(503);
        assertThat(refused).hasMessageStartingWith("cannot be made durable now: ")
                .hasMessageContaining(reason);
    }

    @Test
    void nobodyIsToldYesOnTheStrengthOfAChangeThatWasNotWritten() throws Exception {
        Path data = dir.resolve("data");
        try (Node node = Node.on(data, web(A))) {
            Files.move(data, dir.resolve("away"));
            List<Future<CommandResult>> all = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                all.add(node.registry.apply(new BackendCommand.Add("web", C, Optional.empty()),
                        Node.AUTHOR));
            }
            for (Future<CommandResult> one : all) {
                assertThatThrownBy(() -> Node.get(one)).isInstanceOf(CommandRefused.class)
                        .hasMessageStartingWith("cannot be made durable now: ");
            }
            Files.move(dir.resolve("away"), data);
        }
    }

    @Test
    void aDirectoryThatCannotBeUsedIsOneClearLine() throws Exception {
        Path file = Files.writeString(dir.resolve("file"), "");
        DataUnusable inTheWay = catchThrowableOfType(DataUnusable.class, () -> Node.on(file, web(A)));
        assertThat(inTheWay).hasMessage("data " + file + ": not a directory: " + file);
        assertThat(inTheWay.getStackTrace()).isEmpty();
        assertThatThrownBy(() -> Node.on(file.resolve("below"), web(A))).isInstanceOf(DataUnusable.class)
                .hasMessageStartingWith("data " + file + "/below: ").hasMessageNotContaining("\n");
    }

    @Test
    void afterCloseCommandsAreRefused() throws Exception {
        Node node = Node.inMemory(web(A));
        node.close();
        CommandRefused refused = catchThrowableOfType(CommandRefused.class,
                () -> node.apply(new BackendCommand.Remove("web", A)));
        assertThat(refused).hasMessage("the node is stopping");
    }

    @Test
    void aStampFromTheFutureOnDiskDoesNotBeatALaterChange() throws Exception {
        StepClock ahead = new StepClock();
        ahead.step(Duration.ofDays(300));
        try (Node node = Node.on(dir, web(A), ahead)) {
            node.apply(new BackendCommand.Weight("web", A, 5));
        }
        try (Node node = Node.on(dir, web(A))) {
            node.apply(new BackendCommand.Weight("web", A, 6));
            assertThat(node.backend("web", A)).get().extracting(Backend::weight).isEqualTo(6);
        }
    }
}
