package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Admin;
import dev.gyre.kit.Await;
import dev.gyre.kit.GyreProcess;
import dev.gyre.kit.Origin;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A secret in any of its places is in nothing that a running node says, to whomever. */
class SecretsStayInsideTest {

    private static final String MARK = "hunter2";
    private static final List<String> PAGES = List.of("/", "/live", "/ready", "/metrics", "/api/backends",
            "/api/services", "/api/routes", "/api/topology", "/api/nodes", "/api/cluster", "/api/history",
            "/api/diff?from=0", "/api/topology?" + "token=x");
    private static final List<String> COMMANDS = List.of("backend.list", "service.list", "route.list",
            "topology.get", "node.list", "cluster.status", "history", "service.put", "rollback", "nonsense");

    @TempDir
    Path directory;

    private JsonObject config(Origin origin) throws IOException {
        Path file = Files.writeString(directory.resolve("secret"), MARK + "-of-a-file\n");
        return new JsonObject()
                .put("admin", new JsonObject().put("port", 0).put("token", MARK + "-operate")
                        .put("tokens", new JsonArray().add(new JsonObject().put("name", "reader")
                                .put("role", "read").put("token", "${file:" + file + "}"))))
                .put("cluster", new JsonObject().put("secret", MARK + "-of-the-cluster"))
                .put("services", new JsonObject().put("web", new JsonObject()
                        .put("backends", new JsonArray().add(origin.url()))));
    }

    @Test
    void whateverIsAsked() throws Exception {
        try (Origin origin = Origin.saying("x");
             GyreProcess node = GyreProcess.node(directory, config(origin))) {
            StringBuilder said = new StringBuilder();
            for (String token : List.of(MARK + "-operate", MARK + "-of-a-file")) {
                Admin admin = new Admin("127.0.0.1", node.admin().port(), Optional.of(token));
                for (String page : PAGES) {
                    said.append(admin.get(page).body());
                }
                for (String name : COMMANDS) {
                    said.append(admin.post(new JsonObject().put("command", name)).body());
                }
                said.append(admin.post(new JsonObject().put("command", "backend.list")
                        .put("token", MARK)).body());
            }
            Admin wrong = new Admin("127.0.0.1", node.admin().port(), Optional.of(MARK + "-wrong"));
            assertThat(wrong.get("/api/nodes").status()).isEqualTo(401);
            said.append(wrong.get("/api/nodes").body());
            assertThat(said.toString()).contains(origin.url()).doesNotContain(MARK);
            Await.until("the log tells of the wrong token", () -> node.text().contains("refused 401"));
            assertThat(node.text()).contains("listening on", "gyre.audit").doesNotContain(MARK);
        }
    }
}
