package dev.gyre.registry;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes on one data directory would each lose the other's changes. */
class SharedDataDirectoryTest {

    @TempDir
    Path data;

    @Test
    void aSecondNodeOfTheSameProcessIsTurnedAway() throws Exception {
        try (Node first = Node.on(data, web(A))) {
            assertThatThrownBy(() -> Node.on(data, web(A))).isInstanceOf(DataUnusable.class)
                    .hasMessage("data " + data + ": in use by another node of this same process");
            first.apply(new BackendCommand.Weight("web", A, 2));
        }
        Node.on(data, web(A)).close();
    }

    @Test
    void aNodeOfAnotherProcessIsNamedAndItsDeathFreesTheDirectory() throws Exception {
        Process other = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dslf4j.internal.verbosity=ERROR",
                "-cp", System.getProperty("java.class.path"), Holder.class.getName(), data.toString())
                .redirectErrorStream(true).start();
        try (BufferedReader said = other.inputReader()) {
            assertThat(said.readLine()).isEqualTo("locked");
            assertThatThrownBy(() -> Node.on(data, web(A))).isInstanceOf(DataUnusable.class)
                    .hasMessage("data " + data + ": in use by another node, process " + other.pid()
                            + " (stop that one, or give this one its own \"data\")");
        } finally {
            other.destroyForcibly().waitFor();
        }
        Node.on(data, web(A)).close();
    }

    /** Holds the directory until it is killed. */
    static final class Holder {

        private Holder() {
        }

        public static void main(String[] args) throws Exception {
            DataDirectory directory = DataDirectory.open(Path.of(args[0]));
            System.out.println("locked");
            new CountDownLatch(1).await();
            directory.close();
        }
    }

    @Test
    void aLockFileLeftBehindByAKilledNodeIsNoLock() throws Exception {
        Files.writeString(data.resolve("lock"), "4242\n");
        try (FileChannel ignored = FileChannel.open(data.resolve("lock"), StandardOpenOption.READ)) {
            Node.on(data, web(A)).close();
        }
    }

    /** The one who works there writes new files and removes old ones at any moment. */
    @Test
    void aSecondNodeIsTurnedAwayWhileFilesComeAndGo() throws Exception {
        try (Node first = Node.on(data, web(A))) {
            AtomicBoolean stopped = new AtomicBoolean();
            FutureTask<Void> worker = new FutureTask<>(() -> {
                while (!stopped.get()) {
                    Files.createFile(data.resolve("topology.journal.99"));
                    Files.delete(data.resolve("topology.journal.99"));
                }
                return null;
            });
            Thread thread = new Thread(worker, "files come and go");
            thread.start();
            try {
                for (int attempt = 0; attempt < 500; attempt++) {
                    assertThatThrownBy(() -> DataDirectory.open(data)).isInstanceOf(DataUnusable.class)
                            .hasMessageContaining("in use");
                }
            } finally {
                stopped.set(true);
                worker.get();
            }
        }
    }
}
