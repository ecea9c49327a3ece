package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.Origin;
import dev.gyre.kit.ProblemAnswer;
import dev.gyre.kit.Wire;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who asks how far a request gets must be answered from there (RFC 9110, section 7.6.2). */
class MaxForwardsTest {

    private final Origin origin = Origin.saying("ok");
    private final GyreNode node = GyreNode.before(origin);

    @AfterEach
    void stop() {
        node.close();
        origin.close();
    }

    private Wire.Answer ask(String method, String value) throws Exception {
        try (Wire client = Wire.to(node.port())) {
            return client.write(method + " /x HTTP/1.1\r\nHost: a\r\nmax-forwards: " + value + "\r\n\r\n")
                    .readAnswer();
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "2, 1", "007, 6", "999999999, 999999998", "99999999999999999999999, 2147483646"})
    void isCountedDownForOptions(String value, String seen) throws Exception {
        assertThat(ask("OPTIONS", value).body()).isEqualTo("ok");
        assertThat(origin.requests().get(0).all("Max-Forwards")).containsExactly(seen);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "00"})
    void endsHereAtZero(String value) throws Exception {
        Wire.Answer answer = ask("OPTIONS", value);
        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.head().all("Allow")).hasSize(1);
        assertThat(answer.head().all("Date")).hasSize(1);
        assertThat(origin.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "+1", "1.0", "x", "0x1", "1, 1", "1 1", "1\r\nMax-Forwards: 1",
        "0\r\nMax-Forwards: 1"})
    void isRefusedWhenItIsNoNumber(String value) throws Exception {
        ProblemAnswer.check(ask("OPTIONS", value), 400, "http_request_error", "bad-request");
        assertThat(origin.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "x"})
    void saysNothingOfOtherMethods(String value) throws Exception {
        assertThat(ask("GET", value).body()).isEqualTo("ok");
        assertThat(origin.requests().get(0).all("Max-Forwards")).containsExactly(value);
    }

    @Test
    void traceIsNotSentOnWhateverItSays() throws Exception {
        for (String value : new String[] {"0", "1", "x"}) {
            ProblemAnswer.check(ask("TRACE", value), 405, "http_request_denied", "method-not-allowed");
        }
        assertThat(origin.requests()).isEmpty();
    }
}
