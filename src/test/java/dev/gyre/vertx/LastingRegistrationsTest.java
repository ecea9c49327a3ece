package dev.gyre.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gyre.kit.Await;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.vertx.core.transport.Transport;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A peer that has ended its side still gets more than the sockets between take at once. */
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

    @ParameterizedTest
    @MethodSource("transports")
    void whatIsWrittenAfterTheEndOfTheInputArrives(Transport transport) throws Exception {
        assumeTrue(transport != null && transport.available());
        var guarded = GuardedTransport.around(transport, new ChannelInboundHandlerAdapter()).implementation();
        EventLoopGroup loops = guarded.eventLoopGroup(
                io.vertx.core.spi.transport.Transport.IO_EVENT_LOOP_GROUP, 1,
                Executors.defaultThreadFactory(), 50);
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
}
