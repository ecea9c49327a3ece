package dev.gyre.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Fuzzed;
import dev.gyre.registry.TopologyText.Damaged;
import dev.gyre.registry.TopologyText.NewerFormat;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A file that somebody has edited is damaged or means something; it never keeps a node from starting. */
public class FuzzedEntriesTest {

    static Stream<byte[]> seeds() throws Exception {
        try (Node node = Node.inMemory(Node.declared(List.of(Node.route("*", "/*", "web")),
                Node.service("web", Node.A, Node.B)))) {
            node.apply(new BackendCommand.Drain("web", Node.A, Optional.empty()));
            node.apply(new BackendCommand.Weight("web", Node.B, 3));
            String file = new String(TopologyText.encode(node.registry.entries(),
                    TopologyText::line), StandardCharsets.UTF_8);
            String body = file.substring(file.indexOf('\n') + 1);
            Stream<String> entries = node.registry.entries().all().stream()
                    .map(entry -> "{\"entries\":[" + entry.toJson().encode() + "]}");
            return Stream.concat(Stream.of(body, "{}", "{\"entries\":[null]}"), entries)
                    .map(text -> text.getBytes(StandardCharsets.UTF_8)).toList().stream();
        }
    }

    @Fuzzed
    void holdFor(byte[] input) throws NewerFormat {
        fuzzerTestOneInput(input);
    }

    public static void fuzzerTestOneInput(byte[] body) throws NewerFormat {
        byte[] header = TopologyText.header(TopologyText.FORMAT, body).getBytes(StandardCharsets.US_ASCII);
        byte[] file = Arrays.copyOf(header, header.length + body.length);
        System.arraycopy(body, 0, file, header.length, body.length);
        Entries entries;
        try {
            entries = TopologyText.decode(file);
        } catch (Damaged e) {
            assertThat(e.getMessage()).isNotBlank();
            return;
        }
        assertThat(Overlay.topology(entries)).isNotNull();
        try {
            assertThat(TopologyText.decode(TopologyText.encode(entries, TopologyText::line)))
                    .isEqualTo(entries);
        } catch (Damaged e) {
            throw new AssertionError("what was read is written so that it cannot be read", e);
        }
        for (Entry entry : entries.all()) {
            assertThat(Entry.fromJson(new JsonObject(entry.toJson().encode()))).isEqualTo(entry);
            assertThat(Stamp.parse(entry.stamp().toString())).isEqualTo(entry.stamp());
        }
    }
}
