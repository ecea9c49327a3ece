package dev.gyre.health.probing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.LogLines;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.HealthPolicy;
import dev.gyre.model.Probe;
import dev.gyre.model.ServicePolicy;
import dev.gyre.tls.BackendContexts;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bytes that are no answer fail a probe, and nothing else comes of them: no line of a library's log. */
@VertxTest
class GarbageForAProbeTest {

    private static final String OK = "HTTP/1.1 200 OK\r\n";

    private final Prober prober;

    GarbageForAProbeTest(Vertx vertx) {
        prober = new NetworkProber(vertx,
                BackendContexts.on(Runnable::run, InstantSource.system()));
    }

    @AfterEach
    void close() {
        prober.close();
    }

    static Stream<String> garbage() {
        return Stream.of(
                "HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
                "hello\r\n\r\n", "\0\0\0\0\0\0\0\0\r\n\r\n", "\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n",
                "HTTP/1.1 99 Low\r\n\r\n", "HTTP/1.1 1000 High\r\n\r\n", "HTTP/1.1 two OK\r\n\r\n",
                "HTTP/9.9 200 OK\r\n\r\n", "ICY 200 OK\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                "\0\0\u0012\u0004\0\0\0\0\0\0\u0003\0\0\0\u0064\0\u0004\0",
                OK + "Transfer-Encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n",
                OK + "Transfer-Encoding: chunked\r\n\r\n2\r\nokxx0\r\n\r\n",
                OK + "Transfer-Encoding: chunked\r\n\r\n-1\r\n",
                OK + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
                OK + "Content-Length: two\r\n\r\nok", OK + "Content-Length: -2\r\n\r\nok",
                OK + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nok",
                OK + "Content-Length: 99999999999999999999\r\n\r\nok",
                OK + "Content-Length: 200\r\n\r\nok",
                OK + ": x\r\n\r\n",
                OK + "X: a\0b\r\n\r\n", OK + "X: " + "x".repeat(100_000) + "\r\n\r\n",
                OK + "X: y\r\n".repeat(20_000) + "\r\n", "HTTP/1.1 200 " + "O".repeat(100_000) + "\r\n\r\n",
                OK + "X: y", "HTTP/1.1 2", "",
                "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\nxxxx",
                "HTTP/1.1 101 Switching Protocols\r\n\r\n",
                "HTTP/1.1 100 Continue\r\n\r\n".repeat(50_000),
                "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(20_000),
                "HTTP/1.1 102 Processing\r\n\r\n".repeat(20_000),
                "HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\nok" + OK + "Content-Length: 2\r\n\r\nok");
    }

    @ParameterizedTest
    @MethodSource("garbage")
    void isAFailedProbeWhetherTheConnectionIsClosedOrReset(String answer) throws Exception {
        for (Ending ending : Ending.values()) {
            try (LogLines log = LogLines.capture()) {
                assertThat(probed(answer, ending)).as("%s, %s", ending, answer)
                        .isInstanceOf(ProbeResult.Failed.class);
                assertThat(log.text()).as("%s", ending).isEmpty();
            }
        }
    }

    @Test
    void whatComesAfterAnAnswerChangesNothing() throws Exception {
        for (Ending ending : Ending.values()) {
            try (LogLines log = LogLines.capture()) {
                ProbeResult result = probed(OK + "Content-Length: 2\r\n\r\nok\0\0 hello\r\n\r\n", ending);
                assertThat(result).isInstanceOfAny(ProbeResult.Passed.class, ProbeResult.Failed.class);
                assertThat(log.text()).isEmpty();
            }
        }
    }

    private enum Ending { OPEN, CLOSED, RESET }

    /** What a probe makes of a server that says this, whatever it is asked. */
    private ProbeResult probed(String answer, Ending ending) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread serving = new Thread(() -> serve(server, answer, ending));
            serving.start();
            ProbeResult result = prober.probe(
                    new BackendId("web", BackendUrl.parse("http://127.0.0.1:" + server.getLocalPort())),
                    ServicePolicy.DEFAULT.with(new HealthPolicy(
                            new Probe.Http("GET", "/health", 200, 299, Optional.empty(), Optional.empty(),
                                    Optional.empty()), Duration.ofSeconds(5), Duration.ofSeconds(1), 2, 3,
                            0))).await();
            serving.join();
            return result;
        }
    }

    private static void serve(ServerSocket server, String answer, Ending ending) {
        try (Socket socket = server.accept()) {
            byte[] request = new byte[1];
            socket.getInputStream().read(request);
            if (ending == Ending.RESET) {
                socket.setSoLinger(true, 0);
            }
            socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
            if (ending == Ending.OPEN) {
                // The prober is to end it, within the time for a probe.
                while (socket.getInputStream().read() >= 0) {
                    socket.getOutputStream().flush();
                }
            }
        } catch (IOException gone) {
            return;
        }
    }
}
