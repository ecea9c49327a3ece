package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.HttpMessage;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import dev.gyre.model.HttpDate;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who keeps an answer must know how old it is: each has one Date, the backend's where it sends one. */
class DateTest {

    private static final String OLD = "Sun, 06 Nov 1994 08:49:37 GMT";

    private static void isNow(HttpMessage answer) {
        assertThat(answer.all("Date")).singleElement().satisfies(date ->
                assertThat(Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date)))
                        .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60)));
    }

    private static Origin saying(String fields) {
        return Origin.of(exchange -> exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + fields
                + "\r\nok"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Connection: Date\r\nDate: " + OLD + "\r\n",
        "X-Date: 1\r\nDat: 2\r\nDats: 3\r\n"})
    void isAddedWhereNoneCame(String fields) throws Exception {
        try (Origin origin = saying(fields); GyreNode node = GyreNode.before(origin);
             Wire client = Wire.to(node.port())) {
            isNow(client.get("/").readAnswer().head());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Date", "date", "DATE"})
    void ofTheBackendStays(String name) throws Exception {
        try (Origin origin = saying(name + ": " + OLD + "\r\n"); GyreNode node = GyreNode.before(origin);
             Wire client = Wire.to(node.port())) {
            assertThat(client.get("/").readAnswer().head().all("Date")).containsExactly(OLD);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", "nonsense\r\n\r\n",
        "GET / HTTP/3.7\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: none\r\n\r\n", "GET /" + "a" + " HTTP/1.1\r\n\r\n"})
    void standsInOwnAnswers(String request) throws Exception {
        try (GyreNode node = GyreNode.before(new JsonObject(),
                new JsonObject(), "http://127.0.0.1:1"); Wire client = Wire.to(node.port())) {
            isNow(client.write(request).readHead());
        }
    }

    @Test
    void standsInTheAnswersOfTheAdminPort() throws Exception {
        try (Origin origin = saying(""); GyreNode node = GyreNode.before(origin)) {
            for (String path : List.of("/live", "/ready", "/metrics", "/nothing", "/api/backends")) {
                try (Wire client = Wire.to(node.adminPort())) {
                    isNow(client.write("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").readHead());
                }
            }
        }
    }

    @Test
    void isWrittenOnceForEachSecond() {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("1994-11-06T08:49:37Z"));
        HttpDate date = new HttpDate(now::get);
        List<CharSequence> told = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            told.add(date.now());
            now.updateAndGet(at -> at.plus(Duration.ofMillis(300)));
        }
        assertThat(told.get(0).toString()).isEqualTo(OLD);
        assertThat(told.get(3)).isSameAs(told.get(0));
        assertThat(told.get(4).toString()).isEqualTo("Sun, 06 Nov 1994 08:49:38 GMT");
        now.set(Instant.parse("1969-12-31T23:59:58.5Z"));
        assertThat(date.now().toString()).isEqualTo("Wed, 31 Dec 1969 23:59:58 GMT");
    }
}
