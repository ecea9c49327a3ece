package dev.gyre.listener;

import dev.gyre.vertx.ReadMemory;
import dev.gyre.vertx.ResetOfPaused;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The requests of one client's connection, one after the other: begins each when the one before is over, and
 * gives it its body. Stands behind the decoder, and is the last handler of the connection.
 */
final class Http1Requests extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.proxy");
    /** Ends a body, also one that has no bytes. */
    private static final Object END = new Object();

    /** What cannot be taken yet; always empty while something could be. */
    private final WaitingParts waiting = new WaitingParts();
    private ClientConnection client;
    private ClientConnections clients;
    private ClientWrites writes;
    private AnswerEncoder encoder;
    /** From the head of a request until it has been answered and has come whole; null between two. */
    private Http1ClientStream current;
    /** A head has come, and not the end of its body. */
    private boolean inRequest;
    /** No request is served after the current one. */
    private boolean last;
    private boolean giving;

    /** What this connection holds that nobody takes at the moment. */
    WaitingParts waiting() {
        return waiting;
    }

    /** To be called once, after this has got its place among the handlers. */
    void serve(ClientConnection of, ClientConnections among, ChannelHandlerContext ctx) {
        client = of;
        clients = among;
        writes = new ClientWrites(ctx);
        encoder = new AnswerEncoder(writes);
    }

    ClientWrites writes() {
        return writes;
    }

    AnswerEncoder encoder() {
        return encoder;
    }

    // What comes.

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        writes.reading();
        if (!inRequest && (last || client.ending())) {
            ReferenceCountUtil.release(message);
        } else if (message == LastHttpContent.EMPTY_LAST_CONTENT) {
            inRequest = false;
            take(END);
        } else if (message instanceof HttpRequest head) {
            inRequest = true;
            take(head);
        } else if (message instanceof HttpContent content) {
            take(content);
        }
    }

    private void take(HttpContent content) {
        if (content.decoderResult().isFailure()) {
            content.release();
            Throwable why = content.decoderResult().cause();
            if (waiting.behindHead()) {
                take(why);
            } else {
                // At once: what came before it may wait for long.
                undecodable(why);
            }
            return;
        }
        boolean ends = content instanceof LastHttpContent;
        Buffer piece = BufferInternal.safeBuffer(content.content());
        if (piece.length() > 0) {
            take(piece);
        }
        if (ends) {
            inRequest = false;
            take(END);
        }
    }

    private void take(Object part) {
        if (giving || !waiting.isEmpty() || !mayBeGiven(part)) {
            boolean before = waiting.full();
            waiting.add(part);
            if (waiting.full() != before) {
                client.memory().apply();
            }
        } else {
            giving = true;
            try {
                give(part);
            } finally {
                giving = false;
            }
            giveOn();
        }
    }

    /** Something has come, and been decoded: a request for another protocol lets nothing come behind it. */
    void decoded() {
        if (current != null && current.upgrades() && client.sentAhead()) {
            current.sentAhead();
        }
    }

    private boolean mayBeGiven(Object part) {
        return part instanceof HttpRequest ? current == null : current == null || current.takes();
    }

    /** Gives what waits, as far as it may be given. */
    void giveOn() {
        if (giving || waiting.isEmpty()) {
            return;
        }
        boolean before = waiting.full();
        giving = true;
        try {
            for (Object part = waiting.first(); part != null && mayBeGiven(part); part = waiting.first()) {
                waiting.removeFirst();
                give(part);
            }
        } finally {
            giving = false;
        }
        if (waiting.full() != before) {
            client.memory().apply();
        }
    }

    private void give(Object part) {
        if (part instanceof HttpRequest head) {
            begin(head);
        } else if (part instanceof Throwable why) {
            undecodable(why);
        } else if (current == null) {
            // Of a request that was not served.
            if (part instanceof Buffer piece) {
                ReadMemory.drop(piece);
            }
        } else if (part instanceof Buffer piece) {
            current.received(piece);
        } else {
            current.receivedAll();
            afterCurrent();
        }
    }

    private void begin(HttpRequest head) {
        if (client.ending()) {
            serveNoMore();
            return;
        }
        Http1ClientStream stream = new Http1ClientStream(head, client, this);
        if (head.decoderResult().isFailure()) {
            Throwable why = head.decoderResult().cause();
            client.refuse(clients.server().refused(why, stream.headers(), client.address()), stream);
            client.broken(why);
            serveNoMore();
            return;
        }
        stream.begin();
        current = stream;
        clients.server().handle(stream);
    }

    /** The request that was served is answered, and nothing is left to be done for it. */
    void finished() {
        afterCurrent();
        if (current == null && !waiting.isEmpty()) {
            // Not from within what ended the one before.
            clients.loop().executeLater(this::giveOn);
        }
    }

    private void afterCurrent() {
        if (current != null && current.over()) {
            Http1ClientStream before = current;
            current = null;
            if (!before.goesOn()) {
                serveNoMore();
                // An answer that broke off ends otherwise: to the client this would look like its end.
                if (before.ended()) {
                    writes.close();
                }
            }
        }
    }

    private void serveNoMore() {
        last = true;
        waiting.drop();
    }

    // What goes wrong, and the end.

    /** The rest of what comes makes no sense; what has been written still goes out, and arrives. */
    private void undecodable(Throwable why) {
        broken(why);
        client.closeSoon();
    }

    private void broken(Throwable why) {
        waiting.drop();
        client.broken(why);
        if (current != null) {
            current.broken(why);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof RuntimeException) {
            // Neither the client's fault nor the network's.
            LOG.error("connection faulted address={}", client.address(), cause);
        }
        broken(cause);
        writes.close();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        writes.readComplete();
        ResetOfPaused.look(ctx.channel());
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (current != null && ctx.channel().isWritable()) {
            current.drained();
        }
    }

    /**
     * The client has ended its side; the decoder lets the news through when all that came before has been
     * decoded. When its server closes, {@code ClientConnections.stop} has a better rule than to close at
     * once.
     */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            client.inputEnded();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        try {
            if (current != null) {
                current.gone();
            }
        } finally {
            serveNoMore();
            clients.gone(client);
        }
    }
}
