package dev.gyre.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gyre.kit.Await;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Promise;
import io.vertx.core.transport.Transport;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What Netty's epoll gets wrong when a peer has ended its side, or a socket the number of another. */
class LastingRegistrationsTest {

    /** More than the kernel keeps for a connection. */
    private static final int MUCH = 32 * 1024 * 1024;

    static Stream<Transport> transports() {
        return Stream.of(Transport.IO_URING, Transport.EPOLL, Transport.NIO);
    }

    /** Answers as soon as it knows that nothing more will come, so that its socket waits for nothing then. */
    private static final class AnswersLate extends ChannelInboundHandlerAdapter {

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                ctx.executor().execute(() -> ctx.executor().execute(() ->
                        ctx.writeAndFlush(Unpooled.wrappedBuffer(new byte[MUCH]))
                                .addListener(written -> ctx.close())));
            }
        }
    }

    private static EventLoopGroup oneLoop(io.vertx.core.spi.transport.Transport of) {
        return of.eventLoopGroup(io.vertx.core.spi.transport.Transport.IO_EVENT_LOOP_GROUP, 1,
                Executors.defaultThreadFactory(), 50);
    }

    @ParameterizedTest
    @MethodSource("transports")
    void whatIsWrittenAfterTheEndOfTheInputArrives(Transport transport) throws Exception {
        assumeTrue(transport != null && transport.available());
        var guarded = GuardedTransport.around(transport, new ChannelInboundHandlerAdapter()).implementation();
        EventLoopGroup loops = oneLoop(guarded);
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Channel channel = new Bootstrap().group(loops).channelFactory(guarded.channelFactory(false))
                    .option(ChannelOption.ALLOW_HALF_CLOSURE, true).handler(new AnswersLate())
                    .connect(listening.getLocalSocketAddress()).sync().channel();
            try (Socket peer = listening.accept()) {
                peer.setSoTimeout(Await.MILLIS);
                peer.shutdownOutput();
                assertThat(peer.getInputStream().readAllBytes()).hasSize(MUCH);
            }
            channel.closeFuture().sync();
        } finally {
            loops.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
        }
    }

    /** Closes the other one when something comes, and connects a third, which takes that one's number. */
    private static final class Replaces extends ChannelInboundHandlerAdapter {

        private final Bootstrap third;
        private final SocketAddress to;
        private final Promise<Channel> connected;
        private Channel other;

        Replaces(Bootstrap third, SocketAddress to, Promise<Channel> connected) {
            this.third = third;
            this.to = to;
            this.connected = connected;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
            other.unsafe().close(other.voidPromise());
            third.connect(to).addListener((ChannelFuture done) -> {
                if (done.isSuccess()) {
                    connected.trySuccess(done.channel());
                } else {
                    connected.tryFailure(done.cause());
                }
            });
        }
    }

    @ChannelHandler.Sharable
    private static final class Faultless extends ChannelInboundHandlerAdapter {

        private final Promise<Channel> connected;

        Faultless(Promise<Channel> connected) {
            this.connected = connected;
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            connected.tryFailure(cause);
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aNewSocketHearsNothingOfAClosedOne(Transport transport) throws Exception {
        assumeTrue(transport != null && transport.available());
        var guarded = GuardedTransport.around(transport, new ChannelInboundHandlerAdapter()).implementation();
        EventLoopGroup loops = oneLoop(guarded);
        try (ServerSocket listening = new ServerSocket(0, 3, InetAddress.getLoopbackAddress())) {
            Promise<Channel> connected = loops.next().newPromise();
            Bootstrap plain = new Bootstrap().group(loops).channelFactory(guarded.channelFactory(false))
                    .handler(new Faultless(connected));
            SocketAddress to = listening.getLocalSocketAddress();
            Replaces one = new Replaces(plain, to, connected);
            Replaces two = new Replaces(plain, to, connected);
            one.other = plain.clone().handler(two).connect(to).sync().channel();
            try (Socket second = listening.accept()) {
                two.other = plain.clone().handler(one).connect(to).sync().channel();
                try (Socket first = listening.accept()) {
                    // Both are to be ready in one turn.
                    loops.next().submit(() -> {
                        first.getOutputStream().write(1);
                        second.getOutputStream().write(1);
                        return null;
                    }).sync();
                    assertThat(connected.get(Await.MILLIS, TimeUnit.MILLISECONDS).isActive()).isTrue();
                }
            }
        } finally {
            loops.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
        }
    }
}
