package dev.gyre.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gyre.kit.LogLines;
import dev.gyre.model.Origin;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is full or read-only: the node starts with what it can read, and writes as soon as it can. */
class UnwritableDataTest {

    @TempDir
    Path dir;
    private final Map<String, String> all = new TreeMap<>();
    private boolean mounted;

    private void mount(String options) throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root mounts");
        run("mount", "-t", "tmpfs", "-o", options, "gyre-test", dir.toString());
        mounted = true;
    }

    private void remount(String options) throws Exception {
        run("mount", "-o", "remount," + options, dir.toString());
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            run("umount", "-l", dir.toString());
        }
    }

    private static Store open(Path data) throws DataUnusable {
        return FileStore.open(data, new StepClock(), new SecureRandom());
    }

    private void append(Store store, String key) throws IOException {
        String text = "\"" + "x".repeat(3000) + "\"";
        Map<String, String> next = new TreeMap<>(all);
        next.put(key, text);
        store.append(List.of(JournalLine.of(key, text)), () -> next.entrySet().stream()
                .map(line -> JournalLine.of(line.getKey(), line.getValue())).toList());
        all.put(key, text);
    }

    @Test
    void aDiskThatFillsUpAndIsGivenRoom() throws Exception {
        mount("size=64k");
        Path data = dir.resolve("data");
        Store store = open(data);
        assertThatThrownBy(() -> {
            for (int i = 0; i < 100; i++) {
                append(store, "k" + i);
            }
        }).isInstanceOf(IOException.class).hasMessageContaining("No space left on device");
        assertThat(all).isNotEmpty();
        assertThat(store.trouble()).hasValueSatisfying(why -> assertThat(why)
                .contains("No space left on device"));
        remount("size=1m");
        append(store, "after");
        assertThat(store.trouble()).isEmpty();
        store.close();
        Store again = open(data);
        assertThat(again.load()).isEqualTo(all);
        again.close();
    }

    @Test
    void aNodeStartsForTheFirstTimeOnAFullDiskAndKeepsTheIdThatItTook() throws Exception {
        mount("size=16k");
        Path data = Files.createDirectory(dir.resolve("data"));
        Files.write(dir.resolve("filler"), new byte[12 * 1024]);
        assertThatThrownBy(() -> Files.write(dir.resolve("more"), new byte[16 * 1024]));
        long node;
        try (LogLines log = LogLines.capture()) {
            Store store = open(data);
            node = store.node();
            assertThat(store.load()).isEmpty();
            assertThat(log.with("disk not writable directory=")).hasSize(1);
            assertThat(store.trouble()).isPresent();
            assertThatThrownBy(() -> append(store, "a")).isInstanceOf(IOException.class);
            remount("size=1m");
            append(store, "a");
            assertThat(store.trouble()).isEmpty();
            store.close();
        }
        Store again = open(data);
        assertThat(again.node()).isEqualTo(node);
        assertThat(again.load()).isEqualTo(all);
        again.close();
    }

    @Test
    void aReadOnlyDiskIsReadAndWrittenOnceItCanBe() throws Exception {
        mount("size=1m");
        Path data = dir.resolve("data");
        Store before = open(data);
        append(before, "a");
        long node = before.node();
        before.close();
        remount("ro");
        Store store = open(data);
        assertThat(store.node()).isEqualTo(node);
        assertThat(store.load()).isEqualTo(all);
        assertThat(store.trouble()).hasValueSatisfying(why -> assertThat(why)
                .contains("Read-only file system"));
        assertThatThrownBy(() -> append(store, "b")).isInstanceOf(IOException.class);
        remount("rw");
        append(store, "c");
        assertThat(store.trouble()).isEmpty();
        assertThatThrownBy(() -> open(data)).isInstanceOf(DataUnusable.class).hasMessageContaining("in use");
        store.close();
        Store again = open(data);
        assertThat(again.load()).isEqualTo(all);
        again.close();
    }

    @Test
    void aCommandThatChangesNothingDoesNotSayThatTheDiskIsWellAgain() {
        BentStore store = new BentStore(7);
        JournalWriter disk = new JournalWriter(store);
        Entry entry = Entry.of(Key.backend(Origin.OPERATOR, "web", Node.A),
                Register.set(EntryFields.WEIGHT, new Stamp(1, 0, 7), 2));
        Entries changed = Entries.of(List.of(entry));
        store.fails(() -> {
            throw new IOException("No space left on device");
        });
        assertThat(disk.append(Entries.empty(), changed, List.of(entry.key()))).isPresent();
        assertThat(disk.append(Entries.empty(), Entries.empty(), List.of())).isEmpty();
        assertThat(disk.trouble()).isPresent();
        store.fails(BentStore.NONE);
        assertThat(disk.append(Entries.empty(), changed, List.of(entry.key()))).isEmpty();
        assertThat(disk.trouble()).isEmpty();
    }

    @Test
    void whatAnotherProcessWroteMeanwhileIsNotOverwritten() throws Exception {
        MemoryDisk disk = new MemoryDisk();
        Journal journal = Journal.open(disk, new StepClock(), Runnable::run);
        journal.append(List.of(JournalLine.of("a", "1")), List::of);
        journal.close();
        disk.readOnly = true;
        Journal late = Journal.open(disk, new StepClock(), Runnable::run);
        assertThat(late.load()).containsOnlyKeys("a");
        assertThat(late.trouble()).contains("Read-only file system");
        disk.readOnly = false;
        Journal other = Journal.open(disk, new StepClock(), Runnable::run);
        other.append(List.of(JournalLine.of("b", "1")), List::of);
        other.close();
        assertThatThrownBy(() -> late.append(List.of(JournalLine.of("c", "1")), List::of))
                .hasMessage("another process has written here since this node has read it: restart this"
                        + " node");
        assertThat(Journal.open(disk, new StepClock(), Runnable::run).load()).containsOnlyKeys("a", "b");
    }
}
