package dev.gyre.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.loop.LoopAccess;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.channel.WriteBufferWaterMark;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.junit5.VertxTest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A backend gets each byte of a request once, framed as its head says, and never less than is counted. */
@VertxTest
class RequestBytesTest {

    private AskedConnection backend;

    @BeforeEach
    void connect(Vertx vertx) {
        backend = new AskedConnection(LoopAccess.start(vertx));
    }

    @AfterEach
    void end() {
        backend.close();
    }

    private static final class NoMemory extends AbstractByteBufAllocator {

        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
            throw new OutOfMemoryError("as the test wants it");
        }

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            throw new OutOfMemoryError("as the test wants it");
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }
    }

    @Test
    void aRequestIsOneBufferAndOneFlush() {
        backend.open("a", HttpMethod.GET).stream.end();
        assertThat(backend.sent()).containsExactly("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
        assertThat(backend.calls.flushes).isEqualTo(1);
        backend.receive(AskedConnection.OK);

        AskedConnection.Asking post = backend.open("b", HttpMethod.POST);
        post.stream.headers().set("Content-Length", "2");
        post.stream.end(Buffer.buffer("xy"), BackendStream.UNAWAITED);
        assertThat(backend.sent()).containsExactly(
                "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nxy");
        assertThat(backend.calls.flushes).isEqualTo(2);
    }

    @Test
    void chunksAreFramedInTheHeapAndOutsideIt() {
        BackendStream stream = backend.open("a", HttpMethod.PUT).stream;
        stream.headers().set("Content-Length", "7");
        stream.chunked();
        ByteBuf first = backend.large();
        stream.write(AskedConnection.outsideTheHeap(first, "x".repeat(30)), BackendStream.UNAWAITED);
        stream.write(Buffer.buffer("abc"), BackendStream.UNAWAITED);
        stream.write(Buffer.buffer(), BackendStream.UNAWAITED);
        ByteBuf last = backend.large();
        stream.end(AskedConnection.outsideTheHeap(last, "defg"), BackendStream.UNAWAITED);
        assertThat(String.join("", backend.sent())).isEqualTo("PUT /a HTTP/1.1\r\nHost: h\r\n"
                + "transfer-encoding: chunked\r\n\r\n1e\r\n" + "x".repeat(30)
                + "\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
        assertThat(first.refCnt() + last.refCnt()).as("memory that comes back").isZero();
    }

    @Test
    void aHeadMayGoAheadOfItsBody() {
        BackendStream stream = backend.open("a", HttpMethod.PUT).stream;
        stream.chunked();
        stream.sendHead();
        assertThat(backend.sent()).singleElement().asString().endsWith("chunked\r\n\r\n");
        stream.end();
        assertThat(backend.sent()).containsExactly("0\r\n\r\n");
    }

    @Test
    void whatIsWrittenInAReadGoesOutOnceAtItsEnd() {
        AskedConnection.Asking asking = backend.open("a", HttpMethod.PUT);
        asking.stream.chunked();
        asking.stream.sendHead();
        backend.sent();
        int before = backend.calls.flushes;
        asking.whenPiece = () -> {
            asking.stream.write(Buffer.buffer("x"), BackendStream.UNAWAITED);
            asking.stream.write(Buffer.buffer("y"), BackendStream.UNAWAITED);
            assertThat(backend.calls.flushes).isEqualTo(before);
        };
        backend.receive(AskedConnection.OK);
        assertThat(backend.calls.flushes).isEqualTo(before + 1);
        assertThat(String.join("", backend.sent())).isEqualTo("1\r\nx\r\n1\r\ny\r\n");
    }

    @Test
    void aBackendThatTakesNoMoreSaysSoAndWhenItDoesAgain() {
        BackendStream stream = backend.open("a", HttpMethod.PUT).stream;
        stream.chunked();
        backend.channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(10, 1000));
        List<String> told = new ArrayList<>();
        stream.whenDrained(v -> told.add("drained"));
        backend.stuck = true;
        stream.write(Buffer.buffer("x".repeat(100)), () -> told.add("passed on"));
        assertThat(stream.full()).isFalse();
        stream.write(Buffer.buffer("x".repeat(2000)), () -> told.add("passed on"));
        assertThat(stream.full()).isTrue();
        assertThat(told).isEmpty();
        backend.stuck = false;
        backend.channel.flush();
        assertThat(stream.full()).isFalse();
        assertThat(told).containsExactlyInAnyOrder("passed on", "passed on", "drained");
    }

    @Test
    void piecesThatCanNeverBeWrittenArePassedOnToo() {
        BackendStream stream = backend.open("a", HttpMethod.PUT).stream;
        stream.chunked();
        ByteBuf inQueue = backend.large();
        ByteBuf afterwards = backend.large();
        backend.stuck = true;
        stream.write(AskedConnection.outsideTheHeap(inQueue, "x"), () -> backend.heard.add("passed on"));
        backend.connection.close();
        backend.settle();
        stream.write(AskedConnection.outsideTheHeap(afterwards, "y"), () -> backend.heard.add("passed on"));
        assertThat(backend.heard).containsExactly("passed on", "closed",
                "a lost: Connection was closed", "passed on");
        assertThat(inQueue.refCnt() + afterwards.refCnt()).isZero();
    }

    @Test
    void aRequestWithoutMemoryBreaksItsConnection() {
        backend.channel.config().setAllocator(new NoMemory());
        BackendStream stream = backend.open("a", HttpMethod.PUT).stream;
        stream.write(Buffer.buffer("x"), () -> backend.heard.add("passed on"));
        assertThat(backend.connection.usable()).isFalse();
        backend.settle();
        assertThat(backend.sent()).isEmpty();
        assertThat(backend.heard).containsExactly("passed on", "closed", "a lost: as the test wants it");
    }
}
