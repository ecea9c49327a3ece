package dev.gyre.vertx;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gyre.kit.Await;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.vertx.core.transport.Transport;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A reset reaches a peer that is still there, and does not mind one that has gone. */
class ResetTest {

    static Stream<Transport> transports() {
        return Stream.of(Transport.IO_URING, Transport.EPOLL, Transport.NIO);
    }

    @ParameterizedTest
    @MethodSource("transports")
    void itEndsAConnectionAndIsHarmlessAfterItsEnd(Transport transport) throws Exception {
        assumeTrue(transport != null && transport.available());
        EventLoopGroup loops = transport.implementation().eventLoopGroup(
                io.vertx.core.spi.transport.Transport.IO_EVENT_LOOP_GROUP, 1,
                Executors.defaultThreadFactory(), 50);
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Channel channel = new Bootstrap().group(loops)
                    .channelFactory(transport.implementation().channelFactory(false))
                    .handler(new ChannelInboundHandlerAdapter())
                    .connect(listening.getLocalSocketAddress()).sync().channel();
            try (Socket peer = listening.accept()) {
                peer.setSoTimeout(Await.MILLIS);
                channel.eventLoop().submit(() -> Reset.close(channel)).sync();
                channel.closeFuture().sync();
                assertThatThrownBy(() -> peer.getInputStream().read())
                        .isInstanceOf(SocketException.class).hasMessageContaining("reset");
            }
            channel.eventLoop().submit(() -> Reset.close(channel)).sync();
        } finally {
            loops.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
        }
    }
}
