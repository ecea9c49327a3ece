package dev.gyre.listener;

import dev.gyre.tls.ListenerContext;
import dev.gyre.vertx.MissingReads;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;
import java.util.Optional;

/** The TLS handshake of a connection. What comes after it is the connection in clear. */
public final class TlsStep implements EntryStep {

    /** A fatal alert of TLS 1.0, which all versions understand: unrecognized_name (RFC 6066, section 3). */
    private static final byte[] UNRECOGNIZED_NAME = {21, 3, 1, 0, 2, 2, 112};

    private final ListenerContext context;

    public TlsStep(ListenerContext context) {
        this.context = context;
    }

    @Override
    public void begin(Arrival arrival) {
        arrival.within(context.timeout(), () -> { });
        arrival.loop().readMemory().serve(arrival.channel());
        Shaking shaking = new Shaking(arrival);
        arrival.channel().pipeline().addLast(MissingReads.INSTANCE, new Hello(shaking), shaking);
    }

    /** Reads what the client says first, and then gives way to TLS or refuses the name that was asked for. */
    private final class Hello extends AbstractSniHandler<Void> {

        private final Shaking shaking;
        /** What the client said; there during its lookup only. */
        private ByteBuf clientHello = Unpooled.EMPTY_BUFFER;

        Hello(Shaking shaking) {
            super(0);
            this.shaking = shaking;
        }

        @Override
        protected Future<Void> lookup(ChannelHandlerContext to, ByteBuf said) throws Exception {
            clientHello = said == null ? Unpooled.EMPTY_BUFFER : said;
            return super.lookup(to, said);
        }

        @Override
        protected Future<Void> lookup(ChannelHandlerContext to, String name) {
            return to.executor().newSucceededFuture(null);
        }

        @Override
        protected void onLookupComplete(ChannelHandlerContext to, String name, Future<Void> looked)
                throws Exception {
            Optional<String> asked = Optional.ofNullable(name);
            if (context.serves(asked)) {
                shaking.asked = asked;
                SslHandler tls = context.handler(clientHello.duplicate());
                to.pipeline().replace(this, SslHandler.class.getName(), tls);
            } else {
                to.writeAndFlush(Unpooled.wrappedBuffer(UNRECOGNIZED_NAME))
                        .addListener(ChannelFutureListener.CLOSE);
            }
        }
    }

    /** Waits for the end of the handshake. */
    private static final class Shaking extends ChannelInboundHandlerAdapter {

        private final Arrival arrival;
        private Optional<String> asked = Optional.empty();

        Shaking(Arrival arrival) {
            this.arrival = arrival;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext on, Object event) {
            if (event instanceof SslHandshakeCompletionEvent shaken) {
                if (shaken.isSuccess()) {
                    arrival.tls(ListenerContext.agreed(
                            on.pipeline().get(SslHandler.class).engine(), asked));
                    on.pipeline().remove(this);
                    arrival.proceed();
                } else {
                    on.close();
                }
            }
        }

        /** Bytes that are no TLS, or not that which this side speaks; where there is an alert it is sent. */
        @Override
        public void exceptionCaught(ChannelHandlerContext on, Throwable cause) {
            on.close();
        }
    }
}
