package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Authority;
import dev.gyre.kit.Authority.Issued;
import dev.gyre.kit.Await;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections that never begin their TLS handshake take no room from those that do. */
class AdminHandshakeFloodTest {

    private static final int FLOOD = 300;
    private static final int BOUND = 128;

    @TempDir
    Path directory;

    @Test
    void theOldestHalfOpenOnesMakeRoom() throws Exception {
        Authority authority = Authority.in(directory);
        Issued issued = authority.issue("node", "IP:127.0.0.1");
        JsonObject config = new JsonObject().put("instances", 1)
                .put("services", new JsonObject().put("web", new JsonObject().put("backends",
                        new JsonArray().add("http://127.0.0.1:9"))))
                .put("admin", new JsonObject().put("port", 0).put("tls", new JsonObject()
                        .put("cert", issued.cert().toString()).put("key", issued.key().toString())));
        List<Socket> silent = new ArrayList<>();
        try (GyreNode node = GyreNode.start(config)) {
            for (int i = 0; i < FLOOD; i++) {
                silent.add(new Socket("127.0.0.1", node.adminPort()));
            }
            for (Socket first : silent.subList(0, FLOOD - BOUND)) {
                first.setSoTimeout(Await.MILLIS);
                assertThat(first.getInputStream().read()).isEqualTo(-1);
            }
            Process curl = new ProcessBuilder("curl", "-sS", "--cacert", authority.ca().toString(),
                    "https://127.0.0.1:" + node.adminPort() + "/live").redirectErrorStream(true).start();
            assertThat(new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("live\n");
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }
}
