package dev.gyre.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A fault that does not come would make every test pass that relies on it. */
class FaultyBackendTest {

    private static Wire wire(FaultyBackend backend) throws IOException {
        URI url = URI.create(backend.url());
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(url.getHost(), url.getPort()), 300);
        return new Wire(socket);
    }

    @Test
    void newConnectionsAreRefusedOrGetNoAnswerUntilItRecovers() throws Exception {
        try (FaultyBackend backend = new FaultyBackend("a"); Wire standing = wire(backend)) {
            assertThat(standing.get("/").readAnswer().body()).isEqualTo("a");
            backend.refuse();
            assertThatThrownBy(() -> wire(backend)).isInstanceOf(ConnectException.class);
            backend.recover();
            backend.blackhole();
            assertThatThrownBy(() -> wire(backend)).isInstanceOf(SocketTimeoutException.class);
            assertThat(standing.post("/", "body").readAnswer().body()).isEqualTo("body");
            backend.die();
            assertThat(standing.ends()).isTrue();
            backend.recover();
            try (Wire next = wire(backend)) {
                assertThat(next.get("/").readAnswer().body()).isEqualTo("a");
            }
        }
    }

    @Test
    void eachFaultIsThatFault() throws Exception {
        try (FaultyBackend backend = new FaultyBackend("name"); Wire wire = wire(backend)) {
            backend.begin(new Fault.Status(503, 0.5));
            List<Integer> statuses = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                statuses.add(wire.get("/").readAnswer().status());
            }
            assertThat(statuses).containsExactly(200, 503, 200, 503);
            for (Fault slow : List.of(new Fault.Slow(Duration.ofMillis(40)),
                    new Fault.Trickle(Duration.ofMillis(10)))) {
                backend.begin(slow);
                long begun = System.nanoTime();
                assertThat(wire.get("/").readAnswer().body()).isEqualTo("name");
                assertThat(System.nanoTime() - begun).as("%s", slow).isGreaterThanOrEqualTo(40_000_000);
            }
            backend.begin(new Fault.CloseAfter(1));
            assertThat(wire.get("/").readAnswer().body()).isEqualTo("name");
            assertThat(wire.ends()).isTrue();
        }
    }

    @Test
    void itHangsBeforeOrAfterTheHeadOrResets() throws Exception {
        try (FaultyBackend backend = new FaultyBackend("a"); Wire silent = wire(backend);
             Wire half = wire(backend); Wire broken = wire(backend)) {
            backend.begin(new Fault.Hang());
            silent.get("/");
            Await.until("the request is there", () -> backend.requests() == 1);
            silent.socket().setSoTimeout(100);
            assertThatThrownBy(silent::read).isInstanceOf(SocketTimeoutException.class);
            backend.begin(new Fault.HangAfterHead());
            assertThat(half.get("/").readHead().status()).isEqualTo(200);
            half.socket().setSoTimeout(100);
            assertThatThrownBy(half::read).isInstanceOf(SocketTimeoutException.class);
            backend.begin(new Fault.Reset());
            assertThatThrownBy(() -> broken.get("/").readToEnd()).isInstanceOf(IOException.class);
            assertThat(backend.requests()).isEqualTo(3);
        }
    }
}
