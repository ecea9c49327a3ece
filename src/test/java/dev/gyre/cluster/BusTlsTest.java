package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gyre.kit.Await;
import dev.gyre.kit.Certificates;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Origin;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With {@code cluster.tls} nobody without a certificate of the authority talks on the event bus. */
class BusTlsTest {

    private static final int BUS_PORT = 15701;
    private static final int PONG = 1;

    @TempDir
    Path directory;

    @Test
    void nodesMeetOverTlsAndAStrangersCertificateIsRefused() throws Exception {
        Certificates ours = Certificates.in(directory.resolve("ours"), "gyre.test");
        Certificates strangers = Certificates.in(directory.resolve("strangers"), "gyre.test");
        try (Origin origin = Origin.saying("hello");
             ClusterNodes nodes = ClusterNodes.onLoopback(directory.resolve("nodes"), 2, origin)) {
            nodes.config().getJsonObject("cluster").put("tls", new JsonObject()
                    .put("cert", ours.cert().toString()).put("key", ours.key().toString())
                    .put("ca", ours.ca().toString()));
            nodes.start();
            nodes.node(0).admin().command(Writer.spare("add", "http://10.9.0.1:1"));
            nodes.awaitSameView();

            String host = nodes.node(1).place().cluster();
            assertThat(ping(host, ours, ours)).as("a ping with our certificate").isEqualTo(PONG);
            assertThatThrownBy(() -> ping(host, ours, strangers))
                    .as("one with another authority's").hasMessageContaining("certificate");
            assertThatThrownBy(() -> ping(host, strangers, ours))
                    .as("one who trusts another authority").hasMessageContaining("trust anchors");
            assertThat(overheard(nodes, ours, strangers))
                    .as("what a member hears with another authority's certificate").isEmpty();
            assertThat(overheard(nodes, ours, ours)).as("and with ours").isNotEmpty();
            for (ClusterNode node : nodes.all()) {
                assertThat(node.backends("spare")).containsOnlyKeys("http://10.9.0.1:1");
            }
        }
    }

    /** A node must not take a server for another node that shows the wrong certificate. */
    private static List<Object> overheard(ClusterNodes nodes, Certificates trusted, Certificates own)
            throws Exception {
        List<Object> heard = new CopyOnWriteArrayList<>();
        EventBusOptions bus = new EventBusOptions().setSsl(true)
                .setTrustOptions(new PemTrustOptions().addCertPath(trusted.ca().toString()))
                .setKeyCertOptions(new PemKeyCertOptions().setCertPath(own.cert().toString())
                        .setKeyPath(own.key().toString()));
        try (RogueMember rogue = RogueMember.among(nodes, bus)) {
            rogue.vertx().eventBus().consumer("gyre.hints.2", message -> heard.add(message.body()))
                    .completion().await();
            for (int change = 2; change < 5; change++) {
                nodes.node(0).admin().command(Writer.spare("weight", "http://10.9.0.1:1", "weight", change));
                nodes.awaitSameView();
                nodes.node(0).admin().command(Writer.spare("weight", "http://10.9.0.1:1", "weight", 1));
            }
        }
        return heard;
    }

    /** What answers first; under TLS 1.3 a client hears after its handshake that it was refused. */
    private static int ping(String host, Certificates trusted, Certificates own) throws Exception {
        try (Socket socket = own.trusting(trusted).getSocketFactory().createSocket(host, BUS_PORT)) {
            socket.setSoTimeout(Await.MILLIS);
            socket.getOutputStream().write(ping().getBytes());
            return socket.getInputStream().read();
        }
    }

    /** The wire form of the event bus: version, codec (1: ping), kind, address, reply, sender, headers. */
    private static Buffer ping() {
        Buffer message = Buffer.buffer().appendBytes(new byte[] {2, 1, 0});
        string(message, "__vertx_ping");
        message.appendInt(0);
        string(message, "nobody");
        message.appendInt(4);
        return Buffer.buffer().appendInt(message.length()).appendBuffer(message);
    }

    private static void string(Buffer to, String text) {
        to.appendInt(text.length()).appendString(text);
    }
}
