package dev.gyre.api;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.get;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.api.AdminConnections.Bounds;
import dev.gyre.kit.Await;
import dev.gyre.kit.LogLines;
import dev.gyre.kit.Wire;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.EOFException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What a stranger can hold of the admin port, and with it of the node. */
class AdminFloodTest {

    private static final String HALF_HEAD = "GET /live HTTP/1.1\r\nHost: localhost\r\nX-Half: ";
    /** Longer than a client may be held up between two steps. */
    private static final Duration SHORT = Duration.ofMillis(1500);
    private static final Duration LONG = Duration.ofMinutes(1);

    private final AtomicInteger asked = new AtomicInteger();

    @Test
    void aFloodIsBoundedAndOneFromASingleAddressLeavesRoomForOthers() throws Exception {
        Vertx vertx = Vertx.vertx();
        List<Wire> held = new ArrayList<>();
        try {
            int port = server(vertx, new Bounds(5, 3, LONG, LONG)).actualPort();
            for (int i = 0; i < 3; i++) {
                held.add(asks(Wire.to(port)));
            }
            held.add(asks(Wire.to(port)));
            assertThat(held.remove(0).ends()).as("the first of one address, for a fourth").isTrue();
            held.add(asks(from("127.0.0.2", port)));
            held.add(asks(from("127.0.0.3", port)));
            assertThat(closedAtOnce(from("127.0.0.4", port))).as("a sixth in all").isFalse();
            assertThat(held.remove(0).ends()).as("the one that waited longest, for it").isTrue();
        } finally {
            for (Wire wire : held) {
                wire.close();
            }
            get(vertx.close());
        }
    }

    @Test
    void whereAllAreBeingAnsweredOneMoreIsClosed() throws Exception {
        Vertx vertx = Vertx.vertx();
        List<Wire> held = new ArrayList<>();
        try {
            int port = server(vertx, new Bounds(2, 2, LONG, LONG)).actualPort();
            for (int i = 0; i < 2; i++) {
                held.add(Wire.to(port).get("/never"));
            }
            Await.until("both are being answered", () -> asked.get() == 2);
            assertThat(closedAtOnce(Wire.to(port))).as("a third").isTrue();
            held.remove(0).close();
            Await.until("room for one again", () -> !closedAtOnce(Wire.to(port)));
        } finally {
            for (Wire wire : held) {
                wire.close();
            }
            get(vertx.close());
        }
    }

    @Test
    void theAdminPortIsBoundedByDefault() throws Exception {
        try (Doors doors = new Doors(web(A), Optional.of("secret"))) {
            List<Wire> flood = new ArrayList<>();
            for (int i = 0; i <= Bounds.DEFAULT.mostOfOne(); i++) {
                flood.add(Wire.to(doors.server.port()).write(HALF_HEAD));
            }
            for (Wire wire : flood) {
                assertThat(wire.ends()).as("one too many at once, the others in their time").isTrue();
                wire.close();
            }
        }
    }

    @Test
    void aRequestThatDoesNotComeClosesItsConnectionAndASlowAnswerDoesNot() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            int port = server(vertx, new Bounds(100, 100, SHORT, SHORT)).actualPort();
            // Each says what it has to say as soon as it is open.
            try (Wire silent = Wire.to(port); Wire half = Wire.to(port).write(HALF_HEAD);
                    Wire body = Wire.to(port).write(withHalfABody("/body"));
                    Wire early = Wire.to(port).write(withHalfABody("/early"));
                    Wire waiting = Wire.to(port).get("/slow")) {
                // Answered before its body has come, which then does come: at rest from there on.
                assertThat(early.readAnswer().status()).isEqualTo(200);
                early.write("67890");
                assertThat(silent.ends()).as("silent").isTrue();
                assertThat(half.ends()).as("half a head").isTrue();
                assertThat(body.ends()).as("half a body").isTrue();
                assertThat(waiting.readAnswer().body()).isEqualTo("slow");
                assertThat(waiting.get("/slow").readAnswer().body()).as("again").isEqualTo("slow");
                assertThat(waiting.ends()).as("at rest").isTrue();
                assertThat(early.ends()).as("answered early").isTrue();
            }
        } finally {
            get(vertx.close());
        }
    }

    @Test
    void whoLeavesInTheMiddleOfACommandIsNoErrorOfTheNode() throws Exception {
        try (Doors doors = new Doors(web(A), Optional.empty()); LogLines log = LogLines.capture()) {
            int port = doors.server.port();
            for (int i = 0; i < 5; i++) {
                try (Wire leaves = Wire.to(port)) {
                    leaves.write("POST /api/commands HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n"
                            + "Content-Type: application/json\r\n\r\n12345");
                }
                try (Wire next = Wire.to(port)) {
                    assertThat(next.get("/live").readAnswer().status()).isEqualTo(200);
                }
            }
            assertThat(log.with("ERROR")).isEmpty();
        }
    }

    private static String withHalfABody(String target) {
        return "POST " + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12345";
    }

    private HttpServer server(Vertx vertx, Bounds bounds) throws Exception {
        AdminConnections connections = new AdminConnections(vertx, bounds, new AtomicLong()::get);
        Router router = Router.router(vertx);
        router.route().handler(connections::requested);
        router.get("/slow").handler(context ->
                vertx.setTimer(SHORT.toMillis() * 4 / 3, passed -> context.end("slow")));
        router.get("/never").handler(context -> asked.incrementAndGet());
        router.post("/early").handler(context -> context.end("early"));
        router.post("/body").handler(BodyHandler.create(false)).handler(context -> context.end("whole"));
        return get(vertx.createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(false))
                .connectionHandler(connections::opened).requestHandler(router).listen(0, "127.0.0.1"));
    }

    private static boolean closedAtOnce(Wire wire) throws Exception {
        try (wire) {
            asks(wire);
            return false;
        } catch (EOFException | SocketException closed) {
            return true;
        }
    }

    private static Wire asks(Wire wire) throws Exception {
        assertThat(wire.post("/early", "").readAnswer().status()).isEqualTo(200);
        return wire;
    }

    private static Wire from(String address, int port) throws Exception {
        InetAddress own = InetAddress.getByName(address);
        return new Wire(new Socket(InetAddress.getLoopbackAddress(), port, own, 0));
    }
}
