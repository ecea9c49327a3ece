package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gyre.model.Failure;
import dev.gyre.model.FinishedExchange;
import dev.gyre.model.Limits;
import dev.gyre.model.ServicePolicy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A request that came while another was served has its turn after it, however that one ends. */
class RequestsInTurnTest {

    private static final String GET = "GET /%s HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s";

    private static SteppedProxy proxy() throws Exception {
        return new SteppedProxy(1, ServicePolicy.DEFAULT, Limits.DEFAULT.within(1000));
    }

    private static String ok(String body) {
        return OK.formatted(body.length(), body);
    }

    private static SteppedBackend.Connection asked(SteppedProxy proxy, String target) throws Exception {
        proxy.until("asked for " + target, () -> proxy.backend(0).asked().stream()
                .anyMatch(one -> one.received().contains(target)));
        return proxy.backend(0).asked().get(0);
    }

    @Test
    void afterTheRestOfABodyThatWasAnsweredBefore() throws Exception {
        try (SteppedProxy proxy = proxy()) {
            SteppedPeer client = proxy.client();
            client.send("POST /first HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n01234");
            asked(proxy, "/first").begin(ok("early"));
            proxy.until("answered", () -> client.received().endsWith("early"));
            client.send("567");
            proxy.settle();
            client.send("89" + GET.formatted("second"));
            SteppedBackend.Connection second = asked(proxy, "/second");
            assertThat(second.received()).startsWith("GET /second ");
            second.complete(ok("late"));
            proxy.until("answered", () -> client.received().endsWith("late"));
            assertThat(client.received()).containsSubsequence("early", "late");
        }
    }

    @Test
    void withItsBodyThatHasComeLongBefore() throws Exception {
        try (SteppedProxy proxy = proxy()) {
            SteppedPeer client = proxy.client();
            client.send(GET.formatted("first")
                    + "POST /second HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789"
                    + GET.formatted("third"));
            SteppedBackend.Connection first = asked(proxy, "/first");
            proxy.settle();
            assertThat(proxy.backend(0).asked()).hasSize(1);
            first.complete(ok("1"));
            SteppedBackend.Connection second = asked(proxy, "/second");
            proxy.until("whole", second::whole);
            assertThat(second.received()).endsWith("\r\n\r\n0123456789");
            second.complete(ok("2"));
            asked(proxy, "/third").complete(ok("3"));
            proxy.until("answered", () -> client.received().endsWith("\r\n3"));
            assertThat(client.received()).containsSubsequence("\r\n\r\n1", "\r\n\r\n2", "\r\n\r\n3");
        }
    }

    /** What is wrong with a later request is no reason to leave an earlier one unanswered. */
    @ParameterizedTest
    @ValueSource(strings = {"POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "GET /b HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"})
    void aBrokenOneIsRefusedInItsTurn(String broken) throws Exception {
        try (SteppedProxy proxy = proxy()) {
            SteppedPeer client = proxy.client();
            client.send(GET.formatted("first") + broken + GET.formatted("behind"));
            SteppedBackend.Connection first = asked(proxy, "/first");
            proxy.settle();
            assertThat(client.received()).isEmpty();
            first.complete(ok("1"));
            proxy.until("the connection ends", client::ended);
            assertThat(client.received()).startsWith("HTTP/1.1 200").containsSubsequence("\r\n1",
                    "HTTP/1.1 400", "onnection: close");
            assertThat(proxy.finished()).extracting(FinishedExchange::end)
                    .extracting(FinishedExchange.End::status).containsExactly(200, 400);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void neverWhenTheClientHasLeft(boolean rudely) throws Exception {
        try (SteppedProxy proxy = proxy()) {
            SteppedPeer client = proxy.client();
            client.send(GET.formatted("first")
                    + "POST /second HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n01234");
            asked(proxy, "/first");
            proxy.settle();
            client.leave(rudely);
            proxy.until("both have ended", () -> proxy.finished().size() == 2);
            assertThat(proxy.finished()).extracting(FinishedExchange::end)
                    .extracting(FinishedExchange.End::failure)
                    .isEqualTo(List.of(Optional.of(Failure.CLIENT_GONE), Optional.of(Failure.CLIENT_GONE)));
            assertThat(proxy.inFlight()).isZero();
            assertThat(proxy.noDeadlineIsSet()).isTrue();
        }
    }

    @Test
    void neverBehindOneThatSaysItIsTheLast() throws Exception {
        try (SteppedProxy proxy = proxy()) {
            SteppedPeer client = proxy.client();
            client.send("GET /first HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                    + GET.formatted("second"));
            asked(proxy, "/first").complete(ok("1"));
            proxy.until("the connection ends", client::ended);
            assertThat(client.received()).contains("onnection: close").endsWith("\r\n1");
            proxy.until("both have ended", () -> proxy.finished().size() == 2);
            assertThat(proxy.finished().get(1).end().failure()).contains(Failure.NOT_SERVED);
        }
    }

    /** The end of the connection is the end of this answer, so only a reset says that it is not whole. */
    @Test
    void theLastOneEndsWithAResetWhenItsAnswerBreaksOff() throws Exception {
        try (SteppedProxy proxy = proxy(); SocketChannel client = proxy.connect()) {
            client.write(ByteBuffer.wrap("GET /only HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
            asked(proxy, "/only").begin("HTTP/1.1 200 OK\r\n\r\nhalf");
            ByteBuffer read = ByteBuffer.allocate(1000);
            while (!new String(read.array(), StandardCharsets.US_ASCII).contains("half")) {
                client.read(read);
            }
            proxy.step(Duration.ofSeconds(61));
            assertThatThrownBy(() -> client.read(read)).isInstanceOf(IOException.class);
        }
    }
}
