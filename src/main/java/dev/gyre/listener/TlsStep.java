package dev.gyre.listener;

import dev.gyre.model.Limit;
import dev.gyre.tls.ListenerContext;
import dev.gyre.vertx.MissingReads;
import dev.gyre.vertx.NoReadAfterClose;
import dev.gyre.vertx.Reset;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** The TLS handshake of a connection. What comes after it is the connection in clear. */
public final class TlsStep implements EntryStep {

    /** A fatal alert of TLS 1.0, which all versions understand: unrecognized_name (RFC 6066, section 3). */
    private static final byte[] UNRECOGNIZED_NAME = {21, 3, 1, 0, 2, 2, 112};
    private static final String SPEAKS_TLS = "This port speaks TLS: use https.\n";
    private static final byte[] ANSWER = ("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n"
            + "Content-Length: " + SPEAKS_TLS.length() + "\r\nConnection: close\r\n\r\n" + SPEAKS_TLS)
            .getBytes(StandardCharsets.US_ASCII);

    private final ListenerContext context;

    public TlsStep(ListenerContext context) {
        this.context = context;
    }

    @Override
    public void begin(Arrival arrival) {
        HandshakeLimits limits = arrival.state().handshakes();
        Optional<Limit> exceeded = limits.begin(arrival.peer().getAddress());
        if (exceeded.isPresent()) {
            arrival.state().exceeded().report(exceeded.get(), arrival.address());
            Reset.close(arrival.channel());
            return;
        }
        Shaking shaking = new Shaking(arrival);
        arrival.channel().closeFuture().addListener(closed -> shaking.over());
        arrival.within(context.timeout(), () -> shaking.failed(HandshakeError.TIMEOUT));
        arrival.loop().readMemory().serve(arrival.channel());
        arrival.channel().pipeline().addLast(new NoReadAfterClose(), MissingReads.INSTANCE,
                new Hello(shaking), shaking);
    }

    /** Reads what the client says first, and then gives way to TLS or refuses the name that was asked for. */
    private final class Hello extends AbstractSniHandler<Void> {

        private final Shaking shaking;
        /** What the client said; there during its lookup only. */
        private ByteBuf clientHello = Unpooled.EMPTY_BUFFER;
        private boolean refused;

        Hello(Shaking shaking) {
            super(0);
            this.shaking = shaking;
        }

        /** No record of TLS begins like a method of HTTP. */
        @Override
        protected void decode(ChannelHandlerContext on, ByteBuf in, List<Object> out) throws Exception {
            if (refused) {
                in.skipBytes(in.readableBytes());
            } else if (in.isReadable() && Character.isLetter(in.getByte(in.readerIndex()))) {
                in.skipBytes(in.readableBytes());
                refuse(on, HandshakeError.PLAIN_HTTP, ANSWER);
            } else {
                super.decode(on, in, out);
            }
        }

        private void refuse(ChannelHandlerContext on, HandshakeError error, byte[] answer) {
            refused = true;
            shaking.failed(error);
            on.writeAndFlush(Unpooled.wrappedBuffer(answer)).addListener(ChannelFutureListener.CLOSE);
        }

        @Override
        protected Future<Void> lookup(ChannelHandlerContext on, ByteBuf said) throws Exception {
            clientHello = said == null ? Unpooled.EMPTY_BUFFER : said;
            return super.lookup(on, said);
        }

        @Override
        protected Future<Void> lookup(ChannelHandlerContext on, String name) {
            return on.executor().newSucceededFuture(null);
        }

        @Override
        protected void onLookupComplete(ChannelHandlerContext on, String name, Future<Void> looked)
                throws Exception {
            Optional<String> asked = Optional.ofNullable(name);
            // What is no ClientHello is refused by TLS itself.
            if (!clientHello.isReadable() || context.serves(asked)) {
                shaking.asked = asked;
                SslHandler tls = context.handler(clientHello.duplicate());
                on.pipeline().replace(this, SslHandler.class.getName(), tls);
            } else {
                refuse(on, HandshakeError.UNRECOGNIZED_NAME, UNRECOGNIZED_NAME);
            }
        }
    }

    /** Waits for the end of the handshake. */
    private static final class Shaking extends ChannelInboundHandlerAdapter {

        private final Arrival arrival;
        private Optional<String> asked = Optional.empty();
        private boolean over;

        Shaking(Arrival arrival) {
            this.arrival = arrival;
        }

        /** False if it was before. */
        boolean over() {
            boolean now = !over;
            if (now) {
                over = true;
                arrival.state().handshakes().end();
            }
            return now;
        }

        void failed(HandshakeError error) {
            if (over()) {
                arrival.state().refusals().handshake(error, arrival.address());
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext on, Object event) {
            if (!(event instanceof SslHandshakeCompletionEvent shaken)) {
                return;
            }
            if (shaken.isSuccess()) {
                over();
                arrival.tls(ListenerContext.agreed(on.pipeline().get(SslHandler.class).engine(), asked));
                on.pipeline().remove(this);
                arrival.proceed();
            } else {
                failed(on, shaken.cause());
            }
        }

        /** Bytes that are no TLS, or not that which this side speaks; where there is an alert it is sent. */
        @Override
        public void exceptionCaught(ChannelHandlerContext on, Throwable cause) {
            failed(on, cause);
        }

        /** A client that only left, as checks of a port do, has done nothing wrong. */
        private void failed(ChannelHandlerContext on, Throwable cause) {
            if (!(cause instanceof ClosedChannelException)) {
                failed(ListenerContext.wantsCertificate(cause) ? HandshakeError.CLIENT_CERTIFICATE
                        : HandshakeError.PROTOCOL);
            }
            on.close();
        }
    }
}
