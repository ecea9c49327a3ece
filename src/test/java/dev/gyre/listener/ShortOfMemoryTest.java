package dev.gyre.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.Gate;
import dev.gyre.kit.GyreProcess;
import dev.gyre.kit.HttpMessage;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A node without memory for all its connections breaks some of them off. No answer is passed on with a piece
 * missing, for what comes next would be taken for it; and when the clients have gone, it serves as before.
 */
class ShortOfMemoryTest {

    private static final int CLIENTS = 160;
    private static final int REQUESTS = 4;
    private static final int RECORDS = 20_000;
    private static final String LITTLE = "-XX:MaxDirectMemorySize=10m";

    @TempDir
    Path directory;

    /** No piece of any body looks like another. */
    private static byte[] body(int number) {
        StringBuilder text = new StringBuilder(RECORDS * 16);
        for (int i = 0; i < RECORDS; i++) {
            text.append(1_000_000 + number).append('.').append(1_000_000 + i).append('\n');
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static void answer(Origin.Exchange exchange) throws IOException {
        int number = Integer.parseInt(exchange.request().target().substring(1));
        byte[] body = body(number);
        exchange.write("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n");
        exchange.wire().write(body);
    }

    /** Asks for several answers at once, and takes none before the gate is open; true if all came. */
    private static boolean ask(int port, int client, Gate taking) throws Exception {
        Socket socket = new Socket();
        // So that what it does not take stays with the node.
        socket.setReceiveBufferSize(16 * 1024);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        try (Wire wire = new Wire(socket)) {
            int first = client * REQUESTS;
            StringBuilder requests = new StringBuilder();
            for (int number = first; number < first + REQUESTS; number++) {
                requests.append("GET /").append(number).append(" HTTP/1.1\r\nHost: a\r\n\r\n");
            }
            wire.write(requests.toString());
            taking.pass();
            for (int number = first; number < first + REQUESTS; number++) {
                HttpMessage head = wire.readHead();
                if (head == null) {
                    return false;
                }
                byte[] got = wire.readBody(head);
                if (head.status() == 200) {
                    assertThat(got).as("answer " + number).isEqualTo(body(number));
                } else {
                    assertThat(head.status()).isEqualTo(503);
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "io_uring"})
    void connectionsBreakButNoAnswerIsWrong(String transport) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        try (Origin origin = Origin.of(ShortOfMemoryTest::answer).withoutRecording();
             GyreProcess node = GyreProcess.node(directory, new JsonObject().put("services",
                     new JsonObject().put("web", new JsonObject()
                             .put("backends", new JsonArray().add(origin.url())))),
                     LITTLE, "-Dgyre.transport=" + transport)) {
            Gate taking = new Gate();
            List<Future<Boolean>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int client = i;
                clients.add(threads.submit(() -> ask(node.port(), client, taking)));
            }
            Await.until(() -> "no memory is left: " + node.text(),
                    () -> node.text().contains("no memory left"));
            taking.open();
            int whole = 0;
            for (Future<Boolean> client : clients) {
                whole += client.get() ? 1 : 0;
            }
            assertThat(whole).as("clients who got all their answers").isBetween(1, CLIENTS - 1);
            Await.until("others are served as before", () -> ask(node.port(), CLIENTS, taking));
            assertThat(node.text()).doesNotContain("ERROR").doesNotContain("Exception");
        } finally {
            threads.shutdownNow();
        }
    }
}
