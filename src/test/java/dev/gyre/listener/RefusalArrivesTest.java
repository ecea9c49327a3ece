package dev.gyre.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.Await;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that is refused while it sends reads why before its connection ends (RFC 9112, section 9.6). */
class RefusalArrivesTest {

    /** More than the buffers of both sockets take. */
    private static final byte[] REST = new byte[16 * 1024 * 1024];

    private final Origin origin = Origin.saying("ok");
    private final GyreNode node = GyreNode.before(origin);

    @AfterEach
    void stop() {
        node.close();
        origin.close();
    }

    @ParameterizedTest
    @CsvSource({"400,'GET /\\r\\n\\r\\n'",
        "400,'POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nzz\\r\\n'",
        "414,'GET /%s HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n'"})
    void beforeTheEnd(int status, String request) throws Exception {
        try (Wire client = Wire.to(node.port())) {
            client.write(request.replace("\\r\\n", "\r\n").replace("%s", "x".repeat(100_000)));
            // The kernel takes all of it only if the node goes on reading.
            client.write(REST);
            Wire.Answer answer = client.readAnswer();
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.head().first("Connection")).contains("close");
            assertThat(client.ends()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\nzz\r\n"})
    void whoDoesNotCloseIsClosedAllTheSame(String request) throws Exception {
        try (Wire client = Wire.to(node.port()).write(request)) {
            assertThat(client.readAnswer().status()).isEqualTo(400);
            assertThat(client.ends()).isTrue();
            Await.until("the connection to be closed", () -> node.sample("gyre_client_connections") == 0);
        }
    }
}
