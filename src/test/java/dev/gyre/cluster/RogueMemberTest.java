package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.map.IMap;
import dev.gyre.kit.Await;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Origin;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RogueMemberTest {

    private static final String URL = "http://10.9.0.1:1";
    private static final String LATER = "http://10.9.0.2:1";
    private static final String NO_KEY = "no such key";

    @TempDir
    static Path directory;

    private static Origin origin;
    private static ClusterNodes nodes;
    private RogueMember rogue;

    @BeforeAll
    static void start() throws Exception {
        origin = Origin.saying("hello");
        nodes = ClusterNodes.onLoopback(directory, 2, origin).start();
        nodes.node(0).admin().command(Writer.spare("add", URL, "weight", 10));
        nodes.awaitSameView();
    }

    @BeforeEach
    void intrude() throws Exception {
        rogue = RogueMember.among(nodes);
        assertThat(rogue.members()).as("it is in the cluster").isEqualTo(3);
    }

    /** The next one finds the cluster as this one did. */
    @AfterEach
    void leave() throws Exception {
        if (rogue != null) {
            rogue.maps().forEach(map -> map.delete(NO_KEY));
            rogue.close();
        }
        nodes.awaitTogether();
        nodes.node(1).admin().command(Writer.spare("remove", LATER));
        nodes.awaitSameView();
    }

    @AfterAll
    static void close() {
        nodes.close();
        origin.close();
    }

    /** A change after the attack holds on both nodes, beside what was there: so the attack has been read. */
    private void assertUnharmed(JsonObject before) throws Exception {
        assertThat(nodes.node(0).view()).isEqualTo(before);
        assertThat(nodes.node(1).view()).isEqualTo(before);
        nodes.node(1).admin().command(Writer.spare("add", LATER));
        nodes.awaitSameView();
        for (ClusterNode node : nodes.all()) {
            assertThat(node.backends("spare")).containsOnlyKeys(URL, LATER);
            assertThat(node.backends("spare").get(URL).getInteger("weight")).isEqualTo(10);
        }
    }

    private List<IMap<Object, Object>> maps() {
        List<IMap<Object, Object>> maps = rogue.maps();
        assertThat(maps).as("maps to spoil").anyMatch(map -> !map.isEmpty());
        return maps;
    }

    @Test
    void entriesWithoutTheSecretChangeNothing() throws Exception {
        JsonObject before = nodes.node(0).view();
        for (IMap<Object, Object> map : maps()) {
            for (Map.Entry<Object, Object> entry : map.entrySet()) {
                map.put(entry.getKey(), spoiled(String.valueOf(entry.getValue())));
            }
            map.put(NO_KEY, "no such value");
        }
        Await.until("a line that names the source",
                () -> nodes.all().stream().anyMatch(rogue::isNamedBy));
        assertUnharmed(before);
    }

    /** The same entry with another weight, and far in the future. */
    private static String spoiled(String value) {
        return value.replace(",10]", ",77]")
                .replaceAll("\\[\"[0-9a-f]{3}([0-9a-f]{9}-)", "[\"7ff$1");
    }

    @Test
    void aClearedMapIsFilledAgain() throws Exception {
        JsonObject before = nodes.node(0).view();
        // What has been used once is used up, wherever that is noted.
        List<IMap<Object, Object>> maps = maps().stream()
                .filter(map -> !map.getName().equals(MemberConfig.NONCES)).toList();
        int sizes = maps.stream().mapToInt(IMap::size).sum();
        maps.forEach(IMap::clear);
        Await.until("filled again", () -> maps.stream().mapToInt(IMap::size).sum() >= sizes);
        assertUnharmed(before);
    }

    @Test
    void foreignClassesAreNotDeserialised() throws Exception {
        JsonObject before = nodes.node(0).view();
        Path mark = directory.resolve("exploded");
        for (IMap<Object, Object> map : maps()) {
            for (Object key : new ArrayList<>(map.keySet())) {
                map.put(key, new Bomb(mark));
            }
            map.put(NO_KEY, new Bomb(mark));
        }
        assertUnharmed(before);
        assertThat(mark).doesNotExist();
    }

    @Test
    void aCommandWithoutTheSecretIsRefused() throws Exception {
        JsonObject before = nodes.node(0).view();
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(() -> rogue.vertx().eventBus()
                    .request("gyre.admin", Writer.spare("remove", URL)).await())
                    .isInstanceOfSatisfying(ReplyException.class,
                            refused -> assertThat(refused.failureCode()).isEqualTo(401));
        }
        assertUnharmed(before);
    }

    @Test
    void whatWasOverheardCannotBeSaidAgain() throws Exception {
        record Heard(String address, Object body) { }

        List<Heard> heard = new CopyOnWriteArrayList<>();
        for (String address : rogue.addresses()) {
            rogue.vertx().eventBus().consumer(address, message ->
                    heard.add(new Heard(address, message.body()))).completion().await();
        }
        nodes.node(0).admin().command(Writer.spare("weight", URL, "weight", 5));
        Await.until("something overheard", () -> !heard.isEmpty());
        nodes.node(0).admin().command(Writer.spare("weight", URL, "weight", 10));
        nodes.awaitSameView();
        JsonObject before = nodes.node(0).view();
        for (Heard again : heard) {
            rogue.vertx().eventBus().publish(again.address(), again.body());
        }
        assertUnharmed(before);
    }

    @Test
    void aCommandIsNotForgottenWithTheSharedMaps() throws Exception {
        // Each node goes on to hear the other, whoever has joined.
        nodes.node(1).admin().command(Writer.spare("weight", URL, "weight", 7));
        nodes.awaitSameView();
        nodes.awaitTogether();
        JsonObject overheard = SignedCommand.signer(Optional.of("secret-of-the-test"), ClusterNodes.NAME,
                InstantSource.system()).sign(Writer.spare("weight", URL, "weight", 5));
        rogue.vertx().eventBus().request("gyre.admin", overheard).await();
        nodes.node(0).admin().command(Writer.spare("weight", URL, "weight", 10));
        nodes.awaitSameView();
        JsonObject before = nodes.node(0).view();
        // With what it holds now, each node has told the other what commands it has carried out.
        nodes.awaitTogether();
        // The bus gives it to one node after the other.
        for (int i = 0; i < 4; i++) {
            rogue.maps().stream().filter(map -> map.getName().contains("nonce")).forEach(IMap::clear);
            assertThatThrownBy(() -> rogue.vertx().eventBus().request("gyre.admin", overheard).await())
                    .isInstanceOfSatisfying(ReplyException.class,
                            refused -> assertThat(refused.failureCode()).isEqualTo(401));
        }
        assertUnharmed(before);
    }
}
