package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Admin;
import dev.gyre.kit.Await;
import dev.gyre.kit.GyreProcess;
import dev.gyre.kit.Load;
import dev.gyre.kit.Origin;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigReloadTest {

    @TempDir
    Path directory;

    private final List<Origin> origins = List.of(origin(), origin(), origin(), origin(), origin());

    private static Origin origin() {
        return Origin.saying("hello").withoutRecording();
    }

    @AfterEach
    void close() {
        origins.forEach(Origin::close);
    }

    private String url(int number) {
        return origins.get(number).url();
    }

    private static JsonObject config(Object... backends) {
        return new JsonObject().put("services", new JsonObject().put("web",
                new JsonObject().put("backends", new JsonArray(Arrays.asList(backends)))));
    }

    private static Map<String, String> backends(Admin admin) throws IOException {
        return admin.backends().stream().filter(row -> !row.getString("state").equals("removing"))
                .collect(Collectors.toMap(row -> row.getString("url"),
                        row -> row.getInteger("weight") + " " + row.getString("state"),
                        (a, b) -> a, TreeMap::new));
    }

    @Test
    void aNewBackendGetsTrafficAndNoConnectionIsTouched() throws Exception {
        try (GyreProcess node = GyreProcess.node(directory, config(url(0)));
             Load load = Load.of(node.port(), 20, 500)) {
            Await.until("a load", () -> load.answered() > 200);
            GyreProcess.write(directory, config(url(0), url(1)));
            Await.until(() -> "traffic at the new backend: " + node.text(),
                    () -> origins.get(1).accepted() > 0);
            GyreProcess.write(directory, config(url(1)));
            Await.until("the old one left alone", () -> origins.get(0).openNow() == 0);
            long answered = load.answered();
            Await.until("more answers", () -> load.answered() > answered + 200);
            load.stop();
            assertThat(load.failures()).isEmpty();
            assertThat(load.connections()).as("every client still on its first connection").isEqualTo(20);
        }
    }

    @Test
    void whatTheOperatorOverruledStaysSo() throws Exception {
        try (GyreProcess node = GyreProcess.node(directory, config(url(0), url(1), url(2)))) {
            Admin admin = node.admin();
            admin.backend("weight", url(0), "weight", 7);
            admin.backend("drain", url(1));
            admin.backend("remove", url(2));
            admin.backend("add", url(3), "weight", 3);
            GyreProcess.write(directory, config(new JsonObject().put("url", url(0)).put("weight", 5), url(1),
                    url(2), new JsonObject().put("url", url(4)).put("weight", 2)));
            assertThat(node.await("config applied: ")).contains("config changed: web/" + url(4) + " added;"
                    + " overruled by the operator: web/" + url(0) + " weight 1 → 5 (the operator has set 7)");
            Await.until("the fifth", () -> backends(admin).containsKey(url(4)));
            Map<String, String> expected = new TreeMap<>(Map.of(url(0), "7 up", url(1), "1 draining",
                    url(3), "3 up", url(4), "2 up"));
            assertThat(backends(admin)).isEqualTo(expected);
            node.kill();
        }
        try (GyreProcess again = GyreProcess.node(directory, config(url(0), url(1), url(2)))) {
            assertThat(backends(again.admin()))
                    .isEqualTo(Map.of(url(0), "7 up", url(1), "1 draining", url(3), "3 up"));
            again.admin().backend("resume", url(1));
            again.admin().backend("add", url(2));
            assertThat(backends(again.admin())).containsEntry(url(1), "1 up").containsEntry(url(2), "1 up");
        }
    }

    @Test
    void aBrokenFileIsReportedAndChangesNothing() throws Exception {
        try (GyreProcess node = GyreProcess.node(directory, config(url(0), url(1)));
             Load load = Load.of(node.port(), 10, 300)) {
            Map<String, String> before = backends(node.admin());
            Path file = directory.resolve("gyre.json");
            String right = Files.readString(file);
            Files.writeString(file, right.substring(0, right.length() / 2));
            assertThat(node.await("config rejected")).contains("gyre.json").contains("line");
            Files.writeString(file, right.replace("\"backends\"", "\"backend\""));
            assertThat(node.await("services.web.backend: unknown key"))
                    .contains("did you mean \"backends\"?");
            assertThat(backends(node.admin())).isEqualTo(before);
            assertThat(node.text()).doesNotContain("Exception");
            GyreProcess.write(directory, config(url(0), url(2)));
            Await.until("the repaired one applied", () -> backends(node.admin()).containsKey(url(2)));
            assertThat(backends(node.admin())).containsOnlyKeys(url(0), url(2));
            load.stop();
            assertThat(load.failures()).isEmpty();
        }
    }

    @Test
    void whatCannotChangeWhileTheNodeRunsIsSaid() throws Exception {
        try (GyreProcess node = GyreProcess.node(directory, config(url(0)))) {
            GyreProcess.write(directory, config(url(0), url(1)).put("instances", 3));
            assertThat(node.await("setting=instances")).contains("next start");
            Await.until("the rest applied", () -> backends(node.admin()).containsKey(url(1)));
        }
    }
}
