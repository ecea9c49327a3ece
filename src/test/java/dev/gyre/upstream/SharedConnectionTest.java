package dev.gyre.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.loop.LoopAccess;
import dev.gyre.vertx.ReadMemory;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.junit5.VertxTest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests take turns on a connection: each hears all of its own answer in order, and nothing of another. */
@VertxTest
class SharedConnectionTest {

    private AskedConnection backend;

    @BeforeEach
    void connect(Vertx vertx) {
        backend = new AskedConnection(LoopAccess.start(vertx));
    }

    @AfterEach
    void end() {
        backend.close();
    }

    @Test
    void anAnswerIsHeardInItsOrder() {
        backend.get("a");
        backend.receive("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
                + "HTTP/1.1 103 Early Hints\r\nLink: </l>\r\n\r\nHTTP/1.1 200 Fine\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n");
        backend.receive("1\r\nc\r\n0\r\nX-T: t\r\n\r\n");
        assertThat(backend.heard).containsExactly("a first byte", "a 100", "a 103 </l>", "a 200 Fine",
                "a piece ab", "a read complete", "a piece c", "a ended t", "free");
        assertThat(backend.connection.usable()).isTrue();
    }

    @Test
    void theNextRequestHearsItsOwn() {
        backend.get("a");
        backend.receive(AskedConnection.OK);
        backend.get("b");
        backend.receive("HTTP/1.0 404 No\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n");
        assertThat(backend.heard).containsExactly("a first byte", "a 200 OK", "a piece ok", "a ended", "free",
                "b first byte", "b 404 No", "b ended", "free");
        assertThat(backend.connection.usable()).isTrue();
    }

    @Test
    void anAnswerToHeadHasNoBody() {
        backend.open("a", HttpMethod.HEAD).stream.end();
        backend.receive("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n");
        backend.get("b");
        backend.receive(AskedConnection.OK);
        assertThat(backend.heard).contains("a ended", "b piece ok", "b ended");
    }

    @Test
    void anAnswerWithoutLengthEndsWithTheConnection() {
        backend.get("a");
        backend.receive("HTTP/1.1 200 OK\r\n\r\nto the end");
        backend.channel.close();
        backend.settle();
        assertThat(backend.heard).containsExactly("a first byte", "a 200 OK", "a piece to the end",
                "a read complete", "a ended", "free", "closed");
        assertThat(backend.connection.usable()).isFalse();
    }

    @Test
    void butNotWithOneThatBreaks() {
        backend.get("a");
        backend.receive("HTTP/1.1 200 OK\r\n\r\nto the end");
        backend.channel.pipeline().fireExceptionCaught(new IOException("Connection reset"));
        backend.settle();
        assertThat(backend.heard).containsExactly("a first byte", "a 200 OK", "a piece to the end",
                "a read complete", "closed", "a broke: Connection reset");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", "",
        "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"})
    void aTruncatedAnswerFailsOnce(String part) {
        backend.get("a");
        backend.receive(part);
        backend.channel.close();
        backend.settle();
        assertThat(backend.heard).filteredOn(what -> what.matches("a (lost|broke).*")).hasSize(1);
        assertThat(backend.heard).doesNotContain("a ended").contains("closed");
    }

    @Test
    void anAnswerThatBreaksARuleFailsOnceAndEndsTheConnection() {
        backend.get("a");
        backend.receive("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n");
        assertThat(backend.connection.usable()).isFalse();
        backend.settle();
        assertThat(backend.heard).filteredOn(what -> what.startsWith("a lost")).hasSize(1);
        assertThat(backend.heard).last().isEqualTo("closed");
    }

    @Test
    void anAnswerThatHasEndedDoesNotBreak() {
        backend.get("a").stays = true;
        backend.receive(AskedConnection.OK);
        backend.channel.close();
        backend.settle();
        assertThat(backend.heard).endsWith("a ended", "a read complete", "closed");
    }

    @Test
    void bytesThatNobodyAskedForEndTheConnection() {
        backend.receive("HTTP/1.1 200 OK\r\n");
        assertThat(backend.connection.usable()).isFalse();
    }

    @Test
    void soDoTheyBeforeTheHeadIsSent() {
        backend.open("a", HttpMethod.GET);
        backend.receive(AskedConnection.OK);
        backend.settle();
        assertThat(backend.heard).containsExactly("closed", "a lost: Connection was closed");
    }

    @Test
    void aClosedConnectionOpensNothing() {
        backend.channel.close();
        backend.settle();
        backend.connection.open(HttpMethod.GET, "/", backend.new Asking("a"));
        assertThat(backend.heard).containsExactly("closed", "a not opened");
    }

    // Back pressure.

    @Test
    void aHeldAnswerIsReadNoFurtherThanOnePiece() {
        AskedConnection.Asking asking = backend.get("a");
        backend.receive("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
        asking.stream.hold(true);
        backend.receive("x".repeat(ReadMemory.MOST - 1));
        assertThat(backend.channel.config().isAutoRead()).isTrue();
        backend.receive("x");
        assertThat(backend.channel.config().isAutoRead()).isFalse();
        int before = backend.calls.reads;
        // Of a chunk's line or a head there may be nothing to pass on: that is no reason to read more.
        backend.channel.pipeline().fireChannelReadComplete();
        assertThat(backend.calls.reads).isEqualTo(before);
        asking.stream.hold(false);
        assertThat(backend.channel.config().isAutoRead()).isTrue();
        assertThat(backend.calls.reads).isEqualTo(before + 1);
    }

    @Test
    void theNextRequestIsNotHeld() {
        AskedConnection.Asking asking = backend.get("a");
        backend.receive("HTTP/1.1 200 OK\r\nContent-Length: " + ReadMemory.MOST + "\r\n\r\n");
        asking.stream.hold(true);
        backend.receive("x".repeat(ReadMemory.MOST));
        assertThat(backend.heard).last().isEqualTo("free");
        assertThat(backend.channel.config().isAutoRead()).isTrue();
    }

    // What comes too late.

    @Test
    void anEndedRequestReachesNothingOfTheNext() {
        AskedConnection.Asking ended = backend.get("a");
        backend.receive(AskedConnection.OK);
        AskedConnection.Asking next = backend.get("b");
        ByteBuf late = backend.large();
        ended.stream.end(AskedConnection.outsideTheHeap(late, "GET /smuggled HTTP/1.1\r\n\r\n"),
                () -> backend.heard.add("passed on"));
        ended.stream.sendHead();
        ended.stream.end();
        assertThat(backend.sent()).isEmpty();
        assertThat(late.refCnt()).isZero();
        assertThat(backend.heard).last().isEqualTo("passed on");

        ended.stream.reset();
        assertThat(backend.connection.usable()).isTrue();

        backend.receive("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
        next.stream.hold(true);
        ended.stream.hold(false);
        backend.receive("x".repeat(ReadMemory.MOST));
        assertThat(backend.channel.config().isAutoRead()).as("the client of b takes no more").isFalse();
    }

    @Test
    void aResetAnswerIsHeardNoMore() {
        AskedConnection.Asking asking = backend.get("a");
        asking.whenPiece = asking.stream::reset;
        backend.receive("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n");
        backend.settle();
        assertThat(backend.heard).containsExactly("a first byte", "a 200 OK", "a piece ab", "closed");
    }

    @Test
    void aFaultOfTheNodeIsReportedAndFailsTheRequest(Vertx vertx) {
        List<Throwable> reported = new ArrayList<>();
        vertx.exceptionHandler(reported::add);
        AskedConnection.Asking asking = backend.get("a");
        RuntimeException fault = new IllegalStateException("as the test wants it");
        asking.whenPiece = () -> {
            throw fault;
        };
        backend.receive(AskedConnection.OK);
        backend.settle();
        assertThat(reported).singleElement().satisfies(e -> assertThat(e).hasRootCause(fault));
        assertThat(backend.heard).containsExactly("a first byte", "a 200 OK", "a piece ok", "closed",
                "a broke: Connection was closed");
    }

    @Test
    void fieldsOfOneRequestAreNotThoseOfTheNext() {
        AskedConnection.Asking first = backend.open("a", HttpMethod.GET);
        first.stream.headers().set("X-Secret", "s");
        first.stream.end();
        assertThat(backend.sent()).singleElement().asString().contains("X-Secret");
        assertThat(first.stream.headers()).as("what a connection at rest keeps").isEmpty();
        backend.receive(AskedConnection.OK);
        backend.open("b", HttpMethod.GET).stream.end();
        assertThat(backend.sent()).singleElement().asString().doesNotContain("X-Secret");
    }
}
