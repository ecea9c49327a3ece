package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import org.junit.jupiter.api.Test;

class SmokeTest {

    @Test
    void aRequestGoesToTheBackendAndItsAnswerComesBack() throws Exception {
        try (Origin origin = Origin.saying("hello"); GyreNode node = GyreNode.before(origin);
             Wire client = Wire.to(node.port())) {
            for (int i = 0; i < 3; i++) {
                client.write("GET /a?b=c HTTP/1.1\r\nHost: example.com\r\n\r\n");
                Wire.Answer answer = client.readAnswer();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.body()).isEqualTo("hello");
            }
            assertThat(origin.requests()).hasSize(3);
            assertThat(origin.requests().get(0).target()).isEqualTo("/a?b=c");
            assertThat(origin.requests().get(0).first("Host")).contains("example.com");
        }
    }
}
