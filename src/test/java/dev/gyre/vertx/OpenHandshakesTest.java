package dev.gyre.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Authority;
import dev.gyre.kit.Authority.Issued;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The oldest connection that is not through its handshake makes room for a new one; no other does. */
class OpenHandshakesTest {

    @TempDir
    static Path directory;
    private static SslContext server;
    private static SslContext trusting;

    @BeforeAll
    static void make() throws Exception {
        Issued issued = Authority.in(directory).issue("node");
        server = SslContextBuilder.forServer(issued.cert().toFile(), issued.key().toFile()).build();
        trusting = SslContextBuilder.forClient().trustManager(directory.resolve("ca.pem").toFile())
                .endpointIdentificationAlgorithm("").build();
    }

    private final EmbeddedChannel listening = new EmbeddedChannel();
    private final List<EmbeddedChannel> accepted = new ArrayList<>();

    private EmbeddedChannel accept() {
        EmbeddedChannel connection = new EmbeddedChannel();
        accepted.add(connection);
        listening.writeInbound(connection);
        return connection;
    }

    private List<Integer> open() {
        List<Integer> open = new ArrayList<>();
        for (int i = 0; i < accepted.size(); i++) {
            if (accepted.get(i).isOpen()) {
                open.add(i);
            }
        }
        return open;
    }

    @Test
    void theOldestGoes() {
        OpenHandshakes.bound(listening, 3);
        for (int i = 0; i < 5; i++) {
            accept();
        }
        assertThat(open()).containsExactly(2, 3, 4);
        accepted.get(3).close();
        accept();
        assertThat(open()).containsExactly(2, 4, 5);
        accept();
        assertThat(open()).containsExactly(4, 5, 6);
    }

    @Test
    void thoseThatAreThroughStayAndTakeNoRoom() throws Exception {
        OpenHandshakes.bound(listening, 2);
        for (int i = 0; i < 5; i++) {
            handshake(accept());
        }
        assertThat(open()).containsExactly(0, 1, 2, 3, 4);
        for (int i = 0; i < 3; i++) {
            accept();
        }
        assertThat(open()).containsExactly(0, 1, 2, 3, 4, 6, 7);
    }

    /** With a client in memory, to its end. */
    private static void handshake(EmbeddedChannel connection) throws Exception {
        connection.pipeline().addLast(server.newHandler(connection.alloc()));
        EmbeddedChannel client = new EmbeddedChannel(trusting.newHandler(connection.alloc()));
        SslHandler handler = connection.pipeline().get(SslHandler.class);
        while (!handler.handshakeFuture().isDone()) {
            move(client, connection);
            move(connection, client);
        }
        assertThat(handler.handshakeFuture().isSuccess()).isTrue();
    }

    private static void move(EmbeddedChannel from, EmbeddedChannel to) {
        from.runPendingTasks();
        for (Object bytes = from.readOutbound(); bytes != null; bytes = from.readOutbound()) {
            to.writeInbound(bytes);
        }
        to.runPendingTasks();
    }
}
