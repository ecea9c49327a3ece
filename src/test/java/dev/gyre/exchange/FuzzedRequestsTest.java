package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.exchange.ReadRequests.Request;
import dev.gyre.gate.RequestForm;
import dev.gyre.gate.StrictReading;
import dev.gyre.kit.Fuzzed;
import dev.gyre.kit.Pieces;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** No bytes are taken for a request that a strict reading does not find in them, nor sent on as two. */
public class FuzzedRequestsTest {

    static Stream<byte[]> seeds() {
        return RequestForm.all().map(form -> ("\u0003" + form.raw() + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
    }

    @Fuzzed
    void holdFor(byte[] input) {
        fuzzerTestOneInput(input);
    }

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        Pieces bytes = Pieces.after(1, input);
        ReadRequests read = ReadRequests.of(bytes::whole);
        ReadRequests inPieces = ReadRequests.of(channel -> bytes.cut(channel, input[0]));
        assertThat(inPieces.texts()).as("in pieces").isEqualTo(read.texts());
        assertThat(inPieces.refused()).as("refused in pieces").isEqualTo(read.refused());

        String text = new String(bytes.bytes(), StandardCharsets.ISO_8859_1);
        List<String> meant = StrictReading.of(text);
        List<String> seen = read.texts().stream().filter(one -> !one.startsWith("OPTIONS * ")).toList();
        assertThat(meant.size()).as("%s", meant).isGreaterThanOrEqualTo(seen.size());
        assertThat(seen).isEqualTo(meant.subList(0, seen.size()));

        read.requests().stream().filter(request -> !request.head().asksNode())
                .forEach(FuzzedRequestsTest::isSentAsOne);
    }

    private static void isSentAsOne(Request request) {
        Pieces sent = new Pieces(request.toBackend());
        String text = new String(sent.bytes(), StandardCharsets.ISO_8859_1);
        assertThat(StrictReading.of(text)).as(text).containsExactly(request.text());
        ReadRequests again = ReadRequests.of(sent::whole);
        assertThat(again.refused()).as(text).isFalse();
        assertThat(again.texts()).as(text).containsExactly(request.text());
        RequestHead head = again.requests().get(0).head();
        assertThat(head.path()).as(text).isEqualTo(request.head().path());
        if (!request.head().host().isEmpty()) {
            assertThat(head.host()).as(text).isEqualTo(request.head().host());
        }
    }
}
