package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.gyre.kit.GyreProcess;
import dev.gyre.kit.Origin;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that has lost an event loop ends, so that whoever watches over it starts it anew. */
class EndedLoopTest {

    private static final int MOST = 100;
    private static final byte[] HALF = "GET /live HTTP/1.1\r\nHost: a".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    Path directory;

    /** Out of memory by the admin port, where nobody keeps watch over that of reads. */
    @Test
    void theProcessEndsWithIt() throws Exception {
        List<Socket> guests = new ArrayList<>();
        try (Origin origin = Origin.saying("hello");
             GyreProcess node = GyreProcess.node(directory, new JsonObject().put("services",
                     new JsonObject().put("web", new JsonObject()
                             .put("backends", new JsonArray().add(origin.url())))),
                     "-XX:MaxDirectMemorySize=2m")) {
            assumeThat(node.text()).contains("transport io_uring");
            try {
                while (guests.size() < MOST) {
                    Socket guest = new Socket(InetAddress.getLoopbackAddress(), node.adminPort());
                    guests.add(guest);
                    // What has come of a line is kept until its end.
                    guest.getOutputStream().write(HALF);
                }
            } catch (IOException e) {
                // It has ended.
            }
            assertThat(node.exitCode()).isEqualTo(1);
            assertThat(node.text()).contains("gyre: an event loop has ended");
        } finally {
            for (Socket guest : guests) {
                guest.close();
            }
        }
    }
}
