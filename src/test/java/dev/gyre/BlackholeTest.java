package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BlackholeTest {

    @Test
    void aBackendThatNeverAcceptsIsGivenUpAfterTheConnectTimeout() throws Exception {
        List<Socket> fillers = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            fill(full, fillers);
            JsonObject service = new JsonObject()
                    .put("backends", new JsonArray().add("http://127.0.0.1:" + full.getLocalPort()))
                    .put("timeouts", new JsonObject().put("connect", "200ms"));
            try (GyreNode node = GyreNode.start(
                    new JsonObject().put("services", new JsonObject().put("web", service)));
                 Wire client = Wire.to(node.port())) {
                client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                Wire.Answer answer = client.readAnswer();
                assertThat(answer.status()).isEqualTo(504);
                assertThat(answer.head().first("Proxy-Status").orElseThrow()).contains("connection_timeout");
            }
        } finally {
            for (Socket filler : fillers) {
                filler.close();
            }
        }
    }

    /** Connects until the queue of connections to be accepted is full: the system then drops what comes. */
    private static void fill(ServerSocket server, List<Socket> fillers) throws Exception {
        while (true) {
            Socket socket = new Socket();
            fillers.add(socket);
            try {
                socket.connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()), 300);
            } catch (SocketTimeoutException e) {
                return;
            }
        }
    }
}
