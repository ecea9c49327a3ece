package dev.gyre.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Fuzzed;
import dev.gyre.registry.TopologyText.NewerFormat;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A file that somebody has edited is damaged or means something; it never keeps a node from starting. */
public class FuzzedEntriesTest {

    static Stream<byte[]> seeds() throws Exception {
        try (Node node = Node.inMemory(Node.declared(List.of(Node.route("*", "/*", "web")),
                Node.service("web", Node.A, Node.B)))) {
            node.apply(new BackendCommand.Drain("web", Node.A, Optional.empty()));
            node.apply(new BackendCommand.Weight("web", Node.B, 3));
            Stream<String> entries = node.registry.entries().all().stream()
                    .map(entry -> "{\"entries\":[" + entry.toJson().encode() + "]}");
            String all = "{\"entries\":" + node.registry.entries().toJson().encode() + "}";
            return Stream.concat(Stream.of(all, "{}", "{\"entries\":[null]}"), entries)
                    .map(text -> text.getBytes(StandardCharsets.UTF_8)).toList().stream();
        }
    }

    @Fuzzed
    void holdFor(byte[] input) throws NewerFormat {
        fuzzerTestOneInput(input);
    }

    /** @param body of a file of format 1 */
    public static void fuzzerTestOneInput(byte[] body) throws NewerFormat {
        MessageDigest sum = TopologyText.sum(1);
        sum.update(body);
        byte[] header = TopologyText.header(1, body.length, sum);
        byte[] file = Arrays.copyOf(header, header.length + body.length);
        System.arraycopy(body, 0, file, header.length, body.length);
        TopologyText.Content content = TopologyText.read(file);
        content.damage().ifPresent(what -> assertThat(what).isNotBlank());
        Map<String, String> lines = new HashMap<>();
        for (Line line : content.lines()) {
            byte[] bytes = line.encode();
            assertThat(Line.decode(bytes, 0, bytes.length)).contains(line);
            line.text().ifPresent(text -> lines.put(line.key(), text));
        }
        Entries entries = Lines.entries(lines);
        assertThat(Overlay.topology(entries)).isNotNull();
        for (Entry entry : entries.all()) {
            assertThat(Entry.fromJson(new JsonObject(entry.toJson().encode()))).isEqualTo(entry);
            assertThat(Stamp.parse(entry.stamp().toString())).isEqualTo(entry.stamp());
        }
    }
}
