package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.GyreProcess;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A burst of connections at a node that has had none yet, and has not the files for them. */
class FirstBurstTest {

    private static final int FILES = 200;

    @ParameterizedTest
    @ValueSource(strings = {"io_uring", "epoll", "nio"})
    void leavesFewLinesAndALivingNode(String transport, @TempDir Path directory) throws Exception {
        try (Origin origin = Origin.saying("x")) {
            Path config = GyreProcess.write(directory, before(origin));
            try (GyreProcess node = GyreProcess.limited(FILES, List.of("-Dgyre.transport=" + transport),
                    List.of("run", "dev.gyre.MainVerticle", "-conf", config.toString()))) {
                node.await("ready after");
                int before = node.output().size();
                List<Socket> burst = burst(node.port());
                burst.addAll(burst(node.adminPort()));
                node.await("limit=connections");
                for (Socket socket : burst) {
                    socket.close();
                }
                Await.until(node::text, () -> serves(node.port()) && live(node));

                List<String> lines = node.output().subList(before, node.output().size());
                // On a slow machine the node looks at its config meanwhile, and at how warm it is.
                assertThat(lines).filteredOn(line -> !line.contains(" gyre - ")).hasSizeBetween(1, 5)
                        .allMatch(line -> line.contains(" gyre."));
            }
        }
    }

    private static JsonObject before(Origin origin) {
        return new JsonObject().put("services", new JsonObject()
                .put("web", new JsonObject().put("backends", new JsonArray().add(origin.url()))));
    }

    private static List<Socket> burst(int port) {
        List<Socket> sockets = new ArrayList<>();
        try {
            while (sockets.size() < 2 * FILES) {
                Socket socket = new Socket();
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
                sockets.add(socket);
            }
        } catch (IOException e) {
            // The queue of the kernel is full: that is the burst.
            return sockets;
        }
        return sockets;
    }

    private static boolean serves(int port) {
        try (Wire wire = Wire.to(port)) {
            return wire.get("/").readAnswer().status() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean live(GyreProcess node) throws InterruptedException {
        try {
            return node.admin().get("/live").status() == 200;
        } catch (IOException e) {
            return false;
        }
    }
}
