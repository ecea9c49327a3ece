package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Admin;
import dev.gyre.kit.Command;
import dev.gyre.kit.GyreProcess;
import dev.gyre.kit.Nightly;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledNodeTest {

    private static final int KILLS = Nightly.orMore(10, 50);
    private static final List<String> URLS = List.of("http://127.0.0.1:9001", "http://127.0.0.1:9002",
            "http://127.0.0.1:9003", "http://127.0.0.1:9004");

    @TempDir
    Path directory;

    private static JsonObject config() {
        return new JsonObject().put("services", new JsonObject().put("web", new JsonObject()
                .put("backends", new JsonArray().add(URLS.get(0)).add(URLS.get(1)))));
    }

    /** Url to weight and state. */
    private static Map<String, String> wanted(Admin admin) throws IOException {
        return admin.backends().stream().filter(row -> !row.getString("state").equals("removing"))
                .collect(Collectors.toMap(row -> row.getString("url"), KilledNodeTest::text,
                        (a, b) -> a, TreeMap::new));
    }

    private static String text(JsonObject row) {
        return row.getInteger("weight") + " " + row.getString("state");
    }

    /** A command that changes something, and what is there after it. */
    private record Step(JsonObject command, Map<String, String> after) {

        static Step random(Map<String, String> before, Random random) {
            Map<String, String> after = new TreeMap<>(before);
            String url = URLS.get(random.nextInt(URLS.size()));
            String now = before.get(url);
            int weight = 1 + random.nextInt(1000);
            if (now == null) {
                after.put(url, weight + " up");
                return new Step(Command.backend("add", url, "weight", weight), after);
            }
            String[] words = now.split(" ");
            switch (random.nextInt(3)) {
                case 0 -> {
                    after.remove(url);
                    return new Step(Command.backend("remove", url), after);
                }
                case 1 -> {
                    after.put(url, weight + " " + words[1]);
                    return new Step(Command.backend("weight", url, "weight", weight), after);
                }
                default -> {
                    boolean up = words[1].equals("up");
                    after.put(url, words[0] + (up ? " draining" : " up"));
                    return new Step(Command.backend(up ? "drain" : "resume", url), after);
                }
            }
        }
    }

    @Test
    void everyAcknowledgedChangeSurvivesKills() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Map<String, String>> possible = List.of(Map.of(URLS.get(0), "1 up", URLS.get(1), "1 up"));
        int undecided = 0;
        for (int round = 0; round <= KILLS; round++) {
            try (GyreProcess node = GyreProcess.node(directory, config())) {
                Admin admin = node.admin();
                Map<String, String> state = wanted(admin);
                assertThat(possible).as("after kill %d of seed %d", round, seed).contains(state);
                for (int i = random.nextInt(4); i >= 0; i--) {
                    Step step = Step.random(state, random);
                    admin.command(step.command());
                    state = step.after();
                }
                possible = new ArrayList<>(List.of(state));
                if (round % 2 == 1) {
                    // Killed in the middle of it: it may have happened or not, as long as nobody was told.
                    Step last = Step.random(state, random);
                    CompletableFuture<Boolean> acknowledged =
                            CompletableFuture.supplyAsync(() -> sent(admin, last));
                    node.kill();
                    possible = acknowledged.join() ? List.of(last.after()) : List.of(state, last.after());
                    undecided += possible.size() - 1;
                }
                node.kill();
            }
        }
        assertThat(undecided).as("kills in the middle of a command").isPositive();
        assertThat(Files.list(directory.resolve("data")).map(Path::getFileName).map(Path::toString))
                .as("nothing was found damaged").noneMatch(name -> name.contains("damaged"));
    }

    @Test
    void theHistoryOfWhatWasAcknowledgedSurvivesKills() throws Exception {
        List<String> acknowledged = new ArrayList<>();
        String first = "";
        for (int round = 0; round < 5; round++) {
            try (GyreProcess node = GyreProcess.node(directory, config())) {
                Admin admin = node.admin();
                if (round == 0) {
                    first = history(admin).get(0).getString("version");
                }
                for (int i = 1; i <= 3; i++) {
                    JsonObject reply = admin.backend("weight", URLS.get(i % 2), "weight", 1 + round * 3 + i,
                            "by", "alice@laptop");
                    acknowledged.add(0, reply.getString("what") + " " + reply.getString("version"));
                }
                node.kill();
            }
        }
        try (GyreProcess node = GyreProcess.node(directory, config())) {
            Admin admin = node.admin();
            List<JsonObject> changes = history(admin);
            assertThat(changes.stream().map(change -> change.getString("what") + " "
                    + change.getString("version")).limit(15)).isEqualTo(acknowledged);
            assertThat(changes).hasSize(16);
            assertThat(changes.get(0).getString("who")).isEqualTo("alice@laptop via http from 127.0.0.1");
            admin.command(new JsonObject().put("command", "rollback").put("to", first));
            assertThat(wanted(admin)).isEqualTo(Map.of(URLS.get(0), "1 up", URLS.get(1), "1 up"));
        }
    }

    private static List<JsonObject> history(Admin admin) throws IOException {
        return admin.command(new JsonObject().put("command", "history")).getJsonArray("changes").stream()
                .map(JsonObject.class::cast).toList();
    }

    private static boolean sent(Admin admin, Step step) {
        try {
            admin.command(step.command());
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void aDamagedFileIsSetAsideAndTheNodeStartsFromTheRest() throws Exception {
        try (GyreProcess node = GyreProcess.node(directory, config())) {
            node.admin().backend("add", URLS.get(2));
            node.kill();
        }
        Path file = directory.resolve("data").resolve("topology.json");
        byte[] whole = Files.readAllBytes(file);
        byte[] half = Arrays.copyOf(whole, whole.length / 2);
        int round = 0;
        for (byte[] damaged : List.of(half, garbage(), new byte[0])) {
            Files.write(file, damaged);
            try (GyreProcess node = GyreProcess.node(directory, config())) {
                // At first all stands in the journal as well; once that has become the snapshot, in it alone.
                assertThat(wanted(node.admin())).containsOnlyKeys(
                        round == 0 ? URLS.subList(0, 3).toArray(String[]::new)
                                : new String[] {URLS.get(0), URLS.get(1)});
                assertThat(node.await("damaged")).contains(file.toString());
                assertThat(node.text()).doesNotContain("Exception").doesNotContain("\tat ");
                node.kill();
            }
            round++;
            try (Stream<Path> files = Files.list(directory.resolve("data"))) {
                List<Path> aside = files.filter(path -> path.toString().contains("damaged")).toList();
                assertThat(aside).hasSize(round);
                assertThat(aside).anySatisfy(path -> assertThat(path).hasBinaryContent(damaged));
            }
        }
    }

    private static byte[] garbage() {
        byte[] garbage = new byte[5000];
        new Random(7).nextBytes(garbage);
        return garbage;
    }

    @Test
    void aSecondNodeDoesNotTouchTheDataOfTheFirst() throws Exception {
        try (GyreProcess first = GyreProcess.node(directory, config())) {
            Path config = directory.resolve("gyre.json");
            try (GyreProcess second = GyreProcess.start(List.of(),
                    List.of("run", "dev.gyre.MainVerticle", "-conf", config.toString()))) {
                assertThat(second.exitCode()).isEqualTo(1);
                assertThat(second.output()).singleElement().asString()
                        .contains(directory.resolve("data").toString())
                        .contains("in use by another node, process " + first.pid());
            }
            first.admin().backend("add", URLS.get(2));
            assertThat(wanted(first.admin())).hasSize(3);
        }
    }
}
