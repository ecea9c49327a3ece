package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A warm-up that asks for one kind only, or that hangs on another, leaves the rest to the first clients. */
class SyntheticTrafficTest {

    private static SyntheticConnection to(int port) throws IOException {
        return new SyntheticConnection(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    @ParameterizedTest
    @EnumSource(SyntheticKind.class)
    void theBackendAnswersEachKindAndTheConnectionGoesOn(SyntheticKind kind) throws Exception {
        try (SyntheticBackend backend = SyntheticBackend.open();
             SyntheticConnection client = to(backend.port())) {
            for (int time = 0; time < 2; time++) {
                client.write(kind.request());
                for (int answer = 0; answer < kind.answers(); answer++) {
                    int status = client.read("HTTP/1.1 ".length());
                    assertThat((char) status).isEqualTo(kind == SyntheticKind.REFUSED ? '4' : '2');
                }
            }
        }
    }

    @Test
    void aMessageIsReadHoweverItIsCut() throws Exception {
        byte[] answer = ("HTTP/1.1 200 OK\r\nCONTENT-Length: 5\r\n\r\nhello"
                + "HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
                + "HTTP/1.1 503 No\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
             SyntheticConnection client = to(server.getLocalPort()); Socket accepted = server.accept()) {
            Thread writer = new Thread(() -> {
                try {
                    for (byte next : answer) {
                        accepted.getOutputStream().write(next);
                    }
                    accepted.shutdownOutput();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            accepted.setTcpNoDelay(true);
            writer.start();
            assertThat(client.read(9)).isEqualTo('2');
            assertThat(client.read(9)).isEqualTo('4');
            assertThat(client.read(9)).isEqualTo('5');
            assertThat(client.read(9)).isEqualTo(-1);
            writer.join();
        }
    }

    @Test
    void everyKindComesAsOftenAsItsWeight() {
        Map<SyntheticKind, Integer> seen = new EnumMap<>(SyntheticKind.class);
        for (int number = 0; number < 200; number++) {
            seen.merge(SyntheticKind.number(number), 1, Integer::sum);
        }
        assertThat(seen).containsOnlyKeys(SyntheticKind.values()).containsEntry(SyntheticKind.SMALL, 156)
                .containsEntry(SyntheticKind.HUGE_UPLOAD, 1);
    }

    @Test
    void clientsThatAreToEndGetTheirLastAnswersAndLeave() throws Exception {
        try (SyntheticBackend backend = SyntheticBackend.open()) {
            SyntheticTraffic traffic = SyntheticTraffic.begin(backend.port(), 2);
            Await.until("every kind a few times", () -> traffic.answered() > 1000);
            traffic.end().toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
            assertThat(traffic.answered()).isGreaterThan(1000);
        }
    }

    @Test
    void clientsBeforeAPortThatIsClosedGiveUp() throws Exception {
        int closed;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = server.getLocalPort();
        }
        SyntheticTraffic traffic = SyntheticTraffic.begin(closed, 1);
        Await.until("clients that have left", () -> traffic.ended().isComplete());
        assertThat(traffic.answered()).isZero();
    }
}
