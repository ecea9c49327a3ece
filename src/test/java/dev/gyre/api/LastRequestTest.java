package dev.gyre.api;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Wire;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On the admin port, too, nothing is read as a request where something else may stand. */
class LastRequestTest {

    private static final String NEXT = "GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n";

    @ParameterizedTest
    @ValueSource(strings = {"close", "TE, close", "X-A~Connection: close ,"})
    void closeCountsWhereverItStandsInTheList(String options) throws Exception {
        try (Doors doors = new Doors(web(A), Optional.of("secret"));
             Wire client = Wire.to(doors.server.port())) {
            client.write("GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: "
                    + options.replace("~", "\r\n") + "\r\n\r\n");
            Wire.Answer answer = client.readAnswer();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.head().all("Connection")).containsExactly("close");
            assertThat(client.ends()).isTrue();
        }
    }

    @Test
    void aRefusalInPlaceOfAContinueIsTheLastAnswer() throws Exception {
        try (Doors doors = new Doors(web(A), Optional.of("secret"));
             Wire client = Wire.to(doors.server.port())) {
            client.write("POST /api/commands HTTP/1.1\r\nHost: localhost\r\n"
                    + "Content-Type: application/json\r\nExpect: 100-continue\r\n"
                    + "Content-Length: " + NEXT.length() + "\r\n\r\n");
            Wire.Answer answer = client.readAnswer();
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.head().all("Connection")).containsExactly("close");
            assertThat(client.ends()).isTrue();
        }
    }

    @Test
    void otherConnectionsGoOn() throws Exception {
        try (Doors doors = new Doors(web(A), Optional.of("secret"));
             Wire client = Wire.to(doors.server.port())) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.write(NEXT).readAnswer().head().has("Connection")).isFalse();
            }
        }
    }
}
