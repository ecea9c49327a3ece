package dev.gyre.registry;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static dev.gyre.registry.Node.C;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gyre.kit.LogLines;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that is not what was written: set aside, never overwritten, what is whole in it is used. */
class DamagedFileTest {

    @TempDir
    Path data;
    private Path file;
    private byte[] whole;
    private final Map<Path, byte[]> all = new HashMap<>();

    @BeforeEach
    void writeASnapshot() throws Exception {
        try (Node node = Node.on(data, web(A))) {
            node.apply(new BackendCommand.Add("web", C, Optional.empty()));
        }
        // At the start a journal of any weight becomes a snapshot.
        try (DataDirectory directory = DataDirectory.open(data)) {
            Journal.open(directory, new StepClock(), Runnable::run).close();
        }
        file = data.resolve("topology.json");
        whole = Files.readAllBytes(file);
        for (Path path : files("")) {
            all.put(path, Files.readAllBytes(path));
        }
    }

    private List<Path> files(String part) throws Exception {
        try (Stream<Path> files = Files.list(data)) {
            return files.filter(path -> path.getFileName().toString().contains(part)).sorted().toList();
        }
    }

    /** As it was, but for what was set aside. */
    private void restore() throws Exception {
        for (Path segment : files("journal")) {
            Files.delete(segment);
        }
        for (Map.Entry<Path, byte[]> one : all.entrySet()) {
            Files.write(one.getKey(), one.getValue());
        }
    }

    private List<Path> setAside() throws Exception {
        return files(".damaged-");
    }

    /** Damaged once, and in order from then on. */
    private void startsKeepingAside(byte[] damaged) throws Exception {
        restore();
        Files.write(file, damaged);
        int before = setAside().size();
        try (LogLines log = LogLines.capture(); Node node = Node.on(data, web(A, B))) {
            assertThat(node.service("web").backends()).extracting(b -> b.url()).contains(A, B);
            assertThat(log.with("ERROR")).singleElement().asString().contains("file damaged file=")
                    .contains(file + " damage=\"");
        }
        assertThat(setAside()).hasSize(before + 1)
                .anySatisfy(path -> assertThat(Files.readAllBytes(path)).isEqualTo(damaged));
        try (LogLines log = LogLines.capture(); Node node = Node.on(data, web(A, B))) {
            assertThat(log.with("ERROR")).isEmpty();
        }
        assertThat(setAside()).hasSize(before + 1);
    }

    @Test
    void aWholeFileIsReadBackAndIsReadableByAPerson() throws Exception {
        try (Node node = Node.on(data, web(A))) {
            assertThat(node.backend("web", C)).isPresent();
        }
        assertThat(setAside()).isEmpty();
        assertThat(new String(whole, StandardCharsets.UTF_8).lines()
                .filter(line -> line.contains("\"operator/backend/web http://10.0.0.7:9001\",{\"kind\":")))
                .hasSize(1);
    }

    @Test
    void truncatedAnywhere() throws Exception {
        for (int length = 0; length < whole.length; length += 97) {
            startsKeepingAside(Arrays.copyOf(whole, length));
        }
    }

    @Test
    void garbageAndAppendedBytes() throws Exception {
        startsKeepingAside("{\"hello\":1}\n".getBytes(StandardCharsets.UTF_8));
        startsKeepingAside(new byte[5000]);
        startsKeepingAside(Arrays.copyOf(whole, whole.length + 1));
    }

    private static byte[] file(int format, String body) {
        MessageDigest sum = TopologyText.sum(format);
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        sum.update(bytes);
        return (new String(TopologyText.header(format, bytes.length, sum), StandardCharsets.UTF_8) + body)
                .getBytes(StandardCharsets.UTF_8);
    }

    private byte[] ofAnOlderNode() throws Exception {
        try (Node node = Node.on(data, web(A, B))) {
            node.apply(new BackendCommand.Add("web", C, Optional.empty()));
            return file(1, "{\n  \"version\": \"1\",\n  \"entries\": [\n    "
                    + String.join(",\n    ", node.registry.entries().all().stream()
                            .map(entry -> entry.toJson().encode()).toList()) + "\n  ]\n}\n");
        }
    }

    @Test
    void aFileOfFormat1IsTakenOverOnce() throws Exception {
        byte[] older = ofAnOlderNode();
        for (Path segment : files("journal")) {
            Files.delete(segment);
        }
        Files.write(file, older);
        try (Node node = Node.on(data, web(A, B))) {
            assertThat(node.backend("web", C)).isPresent();
            node.apply(new BackendCommand.Remove("web", C));
        }
        assertThat(Files.readString(file)).startsWith("gyre-topology 2 ");
        try (Node node = Node.on(data, web(A, B))) {
            assertThat(node.backend("web", C)).isEmpty();
        }
        assertThat(setAside()).isEmpty();
    }

    @Test
    void whatAnOlderVersionHasWrittenSinceCountsAndTheJournalFromBeforeDoesNot() throws Exception {
        byte[] older = ofAnOlderNode();
        try (Node node = Node.on(data, web(A, B))) {
            node.apply(new BackendCommand.Remove("web", C));
        }
        Files.write(file, older);
        try (Node node = Node.on(data, web(A, B))) {
            assertThat(node.backend("web", C)).isPresent();
        }
        assertThat(setAside()).isNotEmpty().allMatch(path -> path.toString().contains("journal"));
    }

    @Test
    void aSpoiledFileOfFormat1IsSetAsideAsAWhole() throws Exception {
        byte[] older = ofAnOlderNode();
        older[older.length / 2] ^= 4;
        startsKeepingAside(older);
    }

    @Test
    void aNewerFormatIsNotTouchedAndTheNodeDoesNotStart() throws Exception {
        byte[] newer = file(3, "whatever");
        Files.write(file, newer);
        assertThatThrownBy(() -> Node.on(data, web(A))).isInstanceOf(DataUnusable.class)
                .hasMessage(file
                + " has format 3, this version of Gyre reads up to 2: start the newer version "
                        + "again, or move the file away to begin from config alone");
        assertThat(Files.readAllBytes(file)).isEqualTo(newer);
        Files.write(file, whole);
        Path segment = data.resolve("topology.journal.99");
        Files.write(segment, JournalText.header(2, 99));
        assertThatThrownBy(() -> Node.on(data, web(A))).isInstanceOf(DataUnusable.class)
                .hasMessageStartingWith(segment + " has format 2, this version of Gyre reads up to 1: ");
        assertThat(setAside()).isEmpty();
    }

    @Test
    void aCrashBetweenWriteAndRenameLeavesTheOldState() throws Exception {
        Files.write(data.resolve("topology.json.tmp"), Arrays.copyOf(whole, whole.length / 2));
        try (Node node = Node.on(data, web(A))) {
            assertThat(node.backend("web", C)).isPresent();
            node.apply(new BackendCommand.Remove("web", C));
        }
        assertThat(data.resolve("topology.json.tmp")).doesNotExist();
        try (Node node = Node.on(data, web(A))) {
            assertThat(node.backend("web", C)).isEmpty();
        }
    }
}
