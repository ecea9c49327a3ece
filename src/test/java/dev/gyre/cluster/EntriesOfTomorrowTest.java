package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.map.IMap;
import dev.gyre.kit.Await;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Origin;
import dev.gyre.registry.Entry;
import dev.gyre.registry.Stamp;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member of a newer version writes what these nodes cannot read: all else applies, and none of it goes. */
class EntriesOfTomorrowTest {

    private static final String URL = "http://10.9.0.1:1";
    private static final String H2C = "h2c://10.9.0.2:443";
    private static final String UNREADABLE = "operator envelope of tomorrow";

    @TempDir
    static Path directory;

    private static Origin origin;
    private static ClusterNodes nodes;

    private final MessageAuthenticator authenticator =
            new MessageAuthenticator(Optional.of("secret-of-the-test"), ClusterNodes.NAME);
    private final Map<String, String> written = new TreeMap<>();

    @BeforeAll
    static void start() throws Exception {
        origin = Origin.saying("hello");
        nodes = ClusterNodes.onLoopback(directory, 2, origin).start();
    }

    @BeforeEach
    void write() throws Exception {
        nodes.complete();
        nodes.node(0).admin().command(Writer.spare("add", URL, "weight", 10));
        nodes.awaitSameView();
        String now = new Stamp(System.currentTimeMillis(), 4, 7).toString();
        add("operator", "filter", "web cors", field("rules", now, new JsonObject().put("origin", "*")));
        add("tenant", "backend", "spare " + URL, field("weight", now, 500));
        add("operator", "backend", "spare " + URL, field("tls", now, new JsonObject().put("sni", "a"))
                .put("weight", new JsonArray().add(now).add(7)));
        add("operator", "backend", "spare " + H2C, field("present", now, true));
        written.put(UNREADABLE, authenticator.sign("entry", "{\"envelope\":2,\"data\":\"AAECAw==\"}"));
        try (RogueMember member = RogueMember.among(nodes)) {
            IMap<Object, Object> map = entries(member);
            written.forEach(map::put);
            applied();
        }
    }

    @AfterAll
    static void close() {
        nodes.close();
        origin.close();
    }

    private static IMap<Object, Object> entries(RogueMember member) {
        return member.maps().stream().filter(map -> map.getName().equals(MemberConfig.ENTRIES)).findFirst()
                .orElseThrow();
    }

    private static JsonObject field(String name, String stamp, Object value) {
        return new JsonObject().put(name, new JsonArray().add(stamp).add(value));
    }

    private void add(String layer, String kind, String name, JsonObject fields) {
        written.put(key(layer, kind, name), authenticator.sign("entry", new JsonObject().put("kind", kind)
                .put("name", name).put("layer", layer).put("fields", fields).encode()));
    }

    private static String key(String layer, String kind, String name) {
        return Entry.fromJson(new JsonObject().put("kind", kind).put("name", name)
                .put("layer", layer).put("fields", field("x", Stamp.ZERO.toString(), 1))).key().toString();
    }

    /** What this version understands of it counts, and it says what it does not. */
    private void applied() throws Exception {
        for (ClusterNode node : nodes.all()) {
            Await.until(() -> "weight 7 at " + node, () ->
                    node.backends("spare").get(URL).getInteger("weight") == 7);
            Await.until(() -> "all listed at " + node, () -> isListed(node));
        }
    }

    private static boolean isListed(ClusterNode node) throws IOException {
        String listed = node.view().getJsonArray("notUnderstood").encode();
        return List.of("filter", "tenant", "tls", H2C).stream().allMatch(listed::contains);
    }

    private void nothingIsGone(boolean unreadable) throws Exception {
        try (RogueMember member = RogueMember.among(nodes)) {
            IMap<Object, Object> map = entries(member);
            Await.until(() -> "all in the map, which has " + map.keySet(), () ->
                    written.keySet().stream().filter(key -> unreadable || !key.equals(UNREADABLE))
                            .allMatch(map::containsKey));
            assertThat(map.get(key("operator", "filter", "web cors")).toString())
                    .contains("\"origin\":\"*\"");
        }
    }

    @Test
    void commandsAndARestartOfEachInTurnLeaveIt() throws Exception {
        for (ClusterNode node : nodes.all()) {
            node.stop();
            nodes.restart(node);
            nodes.node(0).admin().command(Writer.spare("drain", URL));
            nodes.node(1).admin().command(Writer.spare("resume", URL));
            applied();
            nothingIsGone(true);
        }
        for (ClusterNode node : nodes.all()) {
            assertThat(node.text()).doesNotContain("wrong_seal").doesNotContain("forged");
        }
    }

    @Test
    void itIsOnEveryDisk() throws Exception {
        nodes.awaitSameView();
        for (ClusterNode node : nodes.all()) {
            node.kill();
        }
        nodes.start();
        applied();
        nothingIsGone(false);
    }
}
