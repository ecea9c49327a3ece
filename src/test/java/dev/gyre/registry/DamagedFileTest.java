package dev.gyre.registry;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static dev.gyre.registry.Node.C;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that is not what was written: set aside, never overwritten, and the node starts from config. */
class DamagedFileTest {

    @TempDir
    Path data;
    private Path file;
    private byte[] whole;

    @BeforeEach
    void writeAFile() throws Exception {
        try (Node node = Node.on(data, web(A))) {
            node.apply(new BackendCommand.Add("web", C, Optional.empty()));
        }
        file = data.resolve("topology.json");
        whole = Files.readAllBytes(file);
    }

    private List<Path> setAside() throws Exception {
        try (Stream<Path> files = Files.list(data)) {
            return files.filter(path -> path.getFileName().toString().startsWith("topology.json.damaged-"))
                    .sorted().toList();
        }
    }

    private void startsFromConfigKeeping(byte[] damaged) throws Exception {
        Files.write(file, damaged);
        try (Node node = Node.on(data, web(A, B))) {
            assertThat(node.service("web").backends()).extracting(b -> b.url()).containsExactly(A, B);
        }
        assertThat(setAside()).isNotEmpty();
        assertThat(setAside()).anySatisfy(path -> assertThat(Files.readAllBytes(path)).isEqualTo(damaged));
    }

    @Test
    void aWholeFileIsReadBackAndIsReadableByAPerson() throws Exception {
        try (Node node = Node.on(data, web(A))) {
            assertThat(node.backend("web", C)).isPresent();
        }
        assertThat(setAside()).isEmpty();
        assertThat(Files.readString(file).lines().filter(line -> line.startsWith("    {\"kind\":\"backend\",")
                        && line.contains("\"layer\":\"operator\"")))
                .singleElement().asString().contains("\"name\":\"web http://10.0.0.7:9001\"");
    }

    @Test
    void truncatedAnywhere() throws Exception {
        for (int length = 0; length < whole.length; length += 97) {
            startsFromConfigKeeping(Arrays.copyOf(whole, length));
        }
    }

    @Test
    void garbageAndAppendedBytes() throws Exception {
        startsFromConfigKeeping("{\"hello\":1}\n".getBytes(StandardCharsets.UTF_8));
        startsFromConfigKeeping(new byte[5000]);
        startsFromConfigKeeping(Arrays.copyOf(whole, whole.length + 1));
    }

    @Test
    void everySingleFlippedBitIsNoticed() {
        for (int i = 0; i < whole.length; i++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] flipped = whole.clone();
                flipped[i] ^= (byte) (1 << bit);
                assertThatThrownBy(() -> TopologyText.decode(flipped)).as("byte %d bit %d", i, bit)
                        .isInstanceOf(TopologyText.Damaged.class);
            }
        }
    }

    @Test
    void wellFormedButSenseless() throws Exception {
        for (String body : new String[] {"[]", "null", "{\"entries\":[1]}", "{\"entries\":{}}",
                "{\"entries\":[{\"kind\":\"backend\",\"name\":\"x\",\"layer\":\"config\",\"stamp\":\"1\"}]}",
                "{\"entries\":[{\"kind\":\"change\",\"name\":\"" + Stamp.ZERO + "\",\"layer\":\"config\","
                        + "\"stamp\":\"" + Stamp.ZERO + "\",\"value\":{\"who\":\"alice\"}}]}",
                backend("no-url", "{\"weight\":1}"), backend("http://10.0.0.9:1", "{\"weight\":\"x\"}")}) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            startsFromConfigKeeping((TopologyText.header(1, bytes) + body).getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String backend(String url, String value) {
        return "{\"entries\":[{\"kind\":\"backend\",\"name\":\"web " + url
                + "\",\"layer\":\"config\",\"stamp\":\""
                + Stamp.ZERO + "\",\"value\":" + value + "}]}";
    }

    @Test
    void aNewerFormatIsNotTouchedAndTheNodeDoesNotStart() throws Exception {
        String body = "whatever";
        byte[] newer = (TopologyText.header(2, body.getBytes(StandardCharsets.UTF_8)) + body)
                .getBytes(StandardCharsets.UTF_8);
        Files.write(file, newer);
        assertThatThrownBy(() -> Node.on(data, web(A))).isInstanceOf(DataUnusable.class)
                .hasMessage(file
                + " has format 2, this version of Gyre reads up to 1: start the newer version "
                        + "again, or move the file away to begin from config alone");
        assertThat(Files.readAllBytes(file)).isEqualTo(newer);
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
