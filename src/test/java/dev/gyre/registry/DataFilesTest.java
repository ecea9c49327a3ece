package dev.gyre.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gyre.kit.Await;
import dev.gyre.kit.LogLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nobody else reads a node's files, or slips it others in their place. */
class DataFilesTest {

    private static final List<String> NAMES =
            List.of("lock", "node-id", "declared", "topology.json", "topology.journal.1");

    @TempDir
    Path dir;

    private Store open(Path data) throws DataUnusable {
        return FileStore.open(data, new StepClock(), new SecureRandom());
    }

    private void write(Path data) throws Exception {
        Store store = open(data);
        store.append(List.of(JournalLine.of("a", "1")), () -> List.of(JournalLine.of("a", "1")));
        store.declared("name");
        store.close();
    }

    @Test
    void areForTheirOwnerAlone() throws Exception {
        Path data = dir.resolve("data");
        write(data);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
                .isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(data)) {
            assertThat(files.toList()).hasSize(NAMES.size()).allSatisfy(file -> assertThat(
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------"));
        }
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void thoseThatAreOpenToOthersAreClosed() throws Exception {
        Path data = dir.resolve("data");
        write(data);
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (String name : NAMES) {
            Files.setPosixFilePermissions(data.resolve(name), PosixFilePermissions.fromString("rw-r--r--"));
        }
        try (LogLines log = LogLines.capture()) {
            open(data).close();
            assertThat(log.with("were=rw-r--r--")).hasSize(NAMES.size());
            assertThat(log.with("permissions closed path=" + data + " were=rwxr-xr-x")).hasSize(1);
        }
        assertThat(mode(data)).isEqualTo("rwx------");
        // The journal may have gone on in a file of another number meanwhile.
        try (Stream<Path> files = Files.list(data)) {
            for (Path file : files.toList()) {
                assertThat(mode(file)).as(file.toString()).isEqualTo("rw-------");
            }
        }
    }

    @Test
    void aDirectoryThatIsNotGyresAloneStaysAsItIs() throws Exception {
        Path shared = Files.createDirectory(dir.resolve("shared"));
        Files.writeString(shared.resolve("of-somebody-else"), "x");
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));
        try (LogLines log = LogLines.capture()) {
            open(shared).close();
            assertThat(log.with("permissions=rwxrwxrwx")).hasSize(1);
        }
        assertThat(mode(shared)).isEqualTo("rwxrwxrwx");
    }

    /** On another volume, say; where it leads later is no matter to a node that runs. */
    @Test
    void theirDirectoryMayBeALink() throws Exception {
        Path target = Files.createDirectory(dir.resolve("target"));
        Path link = Files.createSymbolicLink(dir.resolve("link"), target);
        write(link);
        assertThat(target.resolve("node-id")).exists();
        assertThat(mode(target)).isEqualTo("rwx------");
    }

    @Test
    void aLinkInPlaceOfOneIsRefusedAndWhatItLeadsToIsNotTouched() throws Exception {
        for (String name : NAMES) {
            Path data = dir.resolve("link-" + name);
            write(data);
            Path target = Files.writeString(dir.resolve("target-" + name), "precious");
            Files.delete(data.resolve(name));
            Files.createSymbolicLink(data.resolve(name), target);
            assertThatThrownBy(() -> open(data)).isInstanceOf(DataUnusable.class)
                    .hasMessage("data " + data.resolve(name)
                            + " is a symbolic link (expected: a regular file): move it away");
            assertThat(target).hasContent("precious");
        }
    }

    @Test
    void aPipeInPlaceOfOneIsRefusedAtOnce() throws Exception {
        for (String name : NAMES) {
            Path data = dir.resolve("pipe-" + name);
            write(data);
            Files.delete(data.resolve(name));
            assertThat(new ProcessBuilder("mkfifo", data.resolve(name).toString()).start().waitFor())
                    .isZero();
            Assertions.assertTimeoutPreemptively(Await.PATIENCE, () ->
                    assertThatThrownBy(() -> open(data)).isInstanceOf(DataUnusable.class)
                            .hasMessageContaining(name + " is a pipe (expected: a regular"
                                    + " file): move it away"));
        }
    }

    @Test
    void thoseThatAreRemovedWhileTheNodeRunsAreWrittenAgain() throws Exception {
        Path data = dir.resolve("data");
        Store store = open(data);
        store.append(List.of(JournalLine.of("a", "1")), () -> List.of(JournalLine.of("a", "1")));
        remove(data, "topology");
        List<JournalLine> two = List.of(JournalLine.of("a", "1"), JournalLine.of("b", "1"));
        try (LogLines log = LogLines.capture()) {
            store.append(List.of(JournalLine.of("b", "1")), () -> two);
            assertThat(log.with("files removed file=")).hasSize(1);
        }
        store.append(List.of(JournalLine.of("c", "1")), () -> two);
        remove(data, "lock");
        store.append(List.of(JournalLine.of("d", "1")), () -> two);
        assertThatThrownBy(() -> open(data)).hasMessageContaining("in use");
        store.close();
        Store again = open(data);
        assertThat(again.load()).containsOnlyKeys("a", "b", "c", "d");
        again.close();
    }

    private static void remove(Path data, String beginning) throws IOException {
        try (Stream<Path> files = Files.list(data)) {
            for (Path file : files.filter(path -> path.getFileName().toString().startsWith(beginning))
                    .toList()) {
                Files.delete(file);
            }
        }
    }
}
