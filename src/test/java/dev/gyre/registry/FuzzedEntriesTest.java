package dev.gyre.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Fuzzed;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A text that is no entry, or one of another version, keeps no other entry from counting. */
public class FuzzedEntriesTest {

    private static final Entry OTHER = Entry.of(Key.service(dev.gyre.model.Origin.OPERATOR, "other"),
            Register.set("present", new Stamp(1, 0, 1), true));

    static Stream<byte[]> seeds() throws Exception {
        try (Node node = Node.inMemory(Node.declared(List.of(Node.route("*", "/*", "web")),
                Node.service("web", Node.A, Node.B)))) {
            node.apply(new BackendCommand.Drain("web", Node.A, Optional.empty()));
            node.apply(new BackendCommand.Weight("web", Node.B, 3));
            String first = "{\"kind\":\"backend\",\"name\":\"web http://a:1\",\"layer\":\"operator\","
                    + "\"stamp\":\"000000000001-0000-0000000000000001\",\"value\":{\"weight\":3,"
                    + "\"draining\":true,\"until\":5}}";
            return Stream.concat(Stream.of("{}", first),
                            node.registry.entries().all().stream().map(entry -> entry.toJson().encode()))
                    .map(text -> text.getBytes(StandardCharsets.UTF_8)).toList().stream();
        }
    }

    @Fuzzed
    void holdFor(byte[] input) {
        fuzzerTestOneInput(input);
    }

    public static void fuzzerTestOneInput(byte[] text) {
        StoredLines read =
                StoredLines.read(Map.of("operator/service/other", OTHER.toJson().encode(), "some/key",
                new String(text, StandardCharsets.UTF_8)));
        assertThat(read.entries().entry(OTHER.key())).contains(OTHER);
        boolean same = read.entries().size() == 1 && read.unread().isEmpty();
        assertThat(read.entries().size() + read.unread().size()).isEqualTo(same ? 1 : 2);
        RegistryState state = RegistryState.of(read.entries(), Instant.EPOCH);
        assertThat(state.topology().services()).containsKey("other");
        assertThat(new History(state).changes()).isNotNull();
        assertThat(new LayerListing(state).notUnderstood()).isNotNull();
        assertThat(AnnouncedBackend.all(read.entries())).isNotNull();
        for (Entry entry : read.entries().all()) {
            assertThat(Entry.fromJson(new JsonObject(entry.toJson().encode()))).isEqualTo(entry);
        }
    }
}
