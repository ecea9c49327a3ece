package dev.gyre.upstream;

import dev.gyre.loop.Loop;
import dev.gyre.vertx.ReadMemory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A connection of HTTP/1 to a backend that the test plays, and all that its requests and its owner hear. */
final class AskedConnection implements BackendConnection.Owner, AutoCloseable {

    static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    final List<String> heard = new ArrayList<>();
    final Calls calls = new Calls();
    final Http1BackendConnection connection;
    final EmbeddedChannel channel;
    /** The backend reads nothing. */
    boolean stuck;

    /** What the connection asks of its channel. */
    static final class Calls extends ChannelOutboundHandlerAdapter {

        int reads;
        int flushes;

        @Override
        public void read(ChannelHandlerContext ctx) {
            reads++;
            ctx.read();
        }

        @Override
        public void flush(ChannelHandlerContext ctx) {
            flushes++;
            ctx.flush();
        }
    }

    /** One request: notes what it hears under its name. */
    final class Asking implements BackendConnection.StreamUser, BackendStream.Asker,
            BackendStream.AnswerReader {

        private final String name;
        BackendStream stream;
        Runnable whenPiece = () -> { };
        /** Does not end with its answer. */
        boolean stays;

        Asking(String name) {
            this.name = name;
        }

        private void hears(String what) {
            heard.add(name + " " + what);
        }

        @Override
        public void opened(BackendStream opened) {
            stream = opened;
            stream.whenAnswered(this);
        }

        @Override
        public void notOpened(Throwable cause) {
            hears("not opened");
        }

        @Override
        public void firstByte() {
            hears("first byte");
        }

        @Override
        public void readComplete() {
            hears("read complete");
        }

        @Override
        public void continued(BackendStream interim) {
            hears("100");
        }

        @Override
        public void earlyHints(BackendStream interim) {
            hears("103 " + interim.fields().get("Link"));
        }

        @Override
        public void answered(BackendStream answer) {
            hears(answer.status() + " " + answer.reason());
            answer.read(this);
        }

        @Override
        public void lost(BackendStream which, Throwable cause) {
            hears("lost: " + cause.getMessage());
        }

        @Override
        public void piece(Buffer piece) {
            hears("piece " + (piece.length() > 20 ? piece.length() : piece.toString()));
            whenPiece.run();
            ReadMemory.drop(piece);
        }

        @Override
        public void ended() {
            hears("ended" + (stream.trailers().isEmpty() ? "" : " " + stream.trailers().get("X-T")));
            if (!stays) {
                connection.end(this, true);
            }
        }

        @Override
        public void broke(Throwable cause) {
            hears("broke: " + cause.getMessage());
        }
    }

    AskedConnection(Loop loop) {
        connection = new Http1BackendConnection(loop);
        channel = new EmbeddedChannel(calls, connection) {
            @Override
            protected void doWrite(ChannelOutboundBuffer in) throws Exception {
                if (!stuck) {
                    super.doWrite(in);
                }
            }
        };
        connection.belongsTo(this);
    }

    @Override
    public void streamEnded() {
        heard.add("free");
    }

    @Override
    public void changed() {
        heard.add("changed");
    }

    @Override
    public void closed() {
        heard.add("closed");
    }

    @Override
    public void close() {
        channel.finishAndReleaseAll();
    }

    Asking open(String name, HttpMethod method) {
        Asking asking = new Asking(name);
        connection.open(method, "/" + name, asking);
        asking.stream.headers().set("Host", "h");
        return asking;
    }

    Asking get(String name) {
        Asking asking = open(name, HttpMethod.GET);
        asking.stream.end();
        sent();
        return asking;
    }

    void receive(String bytes) {
        channel.writeInbound(Unpooled.copiedBuffer(bytes, StandardCharsets.ISO_8859_1));
    }

    void settle() {
        channel.runPendingTasks();
    }

    /** What has gone out since it was asked last, buffer by buffer. */
    List<String> sent() {
        List<String> buffers = new ArrayList<>();
        for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
            buffers.add(next.toString(StandardCharsets.ISO_8859_1));
            next.release();
        }
        return buffers;
    }

    /** As a large read has it, and counted: the memory goes back when it is written. */
    static Buffer outsideTheHeap(ByteBuf bytes, String text) {
        bytes.writeCharSequence(text, StandardCharsets.US_ASCII);
        return ReadMemory.once(BufferInternal.buffer(bytes));
    }

    ByteBuf large() {
        return channel.config().getAllocator().directBuffer(ReadMemory.MOST);
    }
}
