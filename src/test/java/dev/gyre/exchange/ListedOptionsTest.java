package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An option of Connection counts wherever it stands in the list; a tilde stands for the end of a line. */
class ListedOptionsTest {

    private static final int REQUESTS = 4;

    @ParameterizedTest
    @ValueSource(strings = {"close", "CLOSE", "TE, close", "close, X-A", "keep-alive, close", "close ,",
        ",,close", "Upgrade, HTTP2-Settings,\tclose", "X-A~Connection: close", "close~Connection: keep-alive",
        "keep-alive~Connection: X-A~connection: Close", "~Connection: close"})
    void aClientsCloseEndsItsConnection(String options) throws Exception {
        try (Origin origin = Origin.saying("ok"); GyreNode node = GyreNode.before(origin)) {
            for (String version : List.of("1.1", "1.0")) {
                try (Wire client = Wire.to(node.port())) {
                    client.write("GET /first HTTP/" + version + "\r\nHost: a\r\n" + fields(options) + "\r\n"
                            + "GET /after HTTP/" + version + "\r\nHost: a\r\n\r\n");
                    Wire.Answer answer = client.readAnswer();
                    assertThat(answer.body()).isEqualTo("ok");
                    assertThat(answer.head().all("Connection")).doesNotContain("keep-alive");
                    if (version.equals("1.1")) {
                        assertThat(answer.head().all("Connection")).containsExactly("close");
                    }
                    assertThat(client.ends()).as("HTTP/" + version).isTrue();
                }
            }
            assertThat(origin.requests()).hasSize(2)
                    .allSatisfy(request -> assertThat(request.target()).isEqualTo("/first"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"keep-alive", "X-A", "closed", "x-close, TE", "\"close\"", "closeclose",
        "close;q=1", "X-A~Connection: not-close", ",~Connection:"})
    void aClientThatDoesNotSayCloseKeepsItsConnection(String options) throws Exception {
        try (Origin origin = Origin.saying("ok"); GyreNode node = GyreNode.before(origin);
             Wire client = Wire.to(node.port())) {
            for (int i = 0; i < 2; i++) {
                client.write("GET / HTTP/1.1\r\nHost: a\r\n" + fields(options) + "\r\n");
                assertThat(client.readAnswer().head().has("Connection")).isFalse();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"keep-alive", "Keep-Alive, TE", "X-A,,keep-alive",
        "X-A~Connection: keep-alive"})
    void anOldClientThatSaysKeepAliveKeepsItsConnection(String options) throws Exception {
        try (Origin origin = Origin.saying("ok"); GyreNode node = GyreNode.before(origin);
             Wire client = Wire.to(node.port())) {
            for (int i = 0; i < 2; i++) {
                client.write("GET / HTTP/1.0\r\n" + fields(options) + "\r\n");
                assertThat(client.readAnswer().head().all("Connection")).containsExactly("keep-alive");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"close", "close, X-Trace", "keep-alive, close", ",Close,",
        "X-Trace~Connection: close", "keep-alive~Connection: close", "close~Connection: keep-alive"})
    void aBackendsCloseIsBelieved(String options) throws Exception {
        assertThat(connections("HTTP/1.1 200 OK\r\n" + fields(options))).isEqualTo(REQUESTS);
        assertThat(connections("HTTP/1.0 200 OK\r\n" + fields(options))).isEqualTo(REQUESTS);
        assertThat(connections("HTTP/1.1 103 Early Hints\r\n" + fields(options) + "\r\nHTTP/1.1 200 OK\r\n"))
                .as("said in an interim answer").isEqualTo(REQUESTS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"keep-alive", "X-Trace", "closed", "keep-alive, X-Trace",
        "X-Trace~Connection: Y"})
    void aBackendThatDoesNotSayCloseIsUsedAgain(String options) throws Exception {
        assertThat(connections("HTTP/1.1 200 OK\r\n" + fields(options))).isEqualTo(1);
    }

    @Test
    void anOldBackendIsUsedAgainWhenItSaysKeepAlive() throws Exception {
        for (String options : List.of("keep-alive", "keep-alive, X-A", "X-A~Connection: Keep-Alive")) {
            assertThat(connections("HTTP/1.0 200 OK\r\n" + fields(options))).as(options).isEqualTo(1);
        }
        for (String options : List.of("X-A", "not-keep-alive", "keep-alive, close")) {
            assertThat(connections("HTTP/1.0 200 OK\r\n" + fields(options))).as(options).isEqualTo(REQUESTS);
        }
        assertThat(connections("HTTP/1.0 200 OK\r\n")).isEqualTo(REQUESTS);
    }

    @Test
    void manyOptionsAreReadAsWell() throws Exception {
        List<String> many = new ArrayList<>(IntStream.range(0, 4_000).mapToObj(i -> "x-" + i).toList());
        many.add("close");
        try (Origin origin = Origin.saying("ok"); GyreNode node = GyreNode.before(origin);
             Wire client = Wire.to(node.port())) {
            client.write("GET / HTTP/1.1\r\nHost: a\r\nX-3999: gone\r\nX-4000: stays\r\nConnection: "
                    + String.join(",", many) + "\r\n\r\n");
            assertThat(client.readAnswer().body()).isEqualTo("ok");
            assertThat(client.ends()).isTrue();
            assertThat(origin.requests().get(0).has("X-3999")).isFalse();
            assertThat(origin.requests().get(0).all("X-4000")).containsExactly("stays");
        }
    }

    private static String fields(String options) {
        return "Connection: " + options.replace("~", "\r\n") + "\r\n";
    }

    /** How many connections four POSTs to a backend take that answers so. */
    private static int connections(String head) throws Exception {
        try (Origin origin = Origin.of(exchange -> {
            exchange.readBody();
            exchange.write(head + "Content-Length: 2\r\n\r\nok");
        });
             GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port())) {
            for (int i = 0; i < REQUESTS; i++) {
                client.post("/" + i, "a");
                Wire.Answer answer = client.readAnswer();
                while (answer.head().status() < 200) {
                    answer = client.readAnswer();
                }
                assertThat(answer.body()).isEqualTo("ok");
                assertThat(answer.head().has("Connection")).isFalse();
            }
            return origin.accepted();
        }
    }
}
