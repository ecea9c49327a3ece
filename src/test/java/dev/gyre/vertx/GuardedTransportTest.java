package dev.gyre.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gyre.kit.Await;
import dev.gyre.kit.LogLines;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.vertx.core.transport.Transport;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Event loops that end close what is still open, and say nothing about it. */
class GuardedTransportTest {

    private static final int CONNECTIONS = 40;
    private static final int TIMES = 5;
    /** More than the kernel takes at once. */
    private static final int LARGE = 4 << 20;

    static Stream<Transport> transports() {
        return Stream.of(Transport.IO_URING, Transport.EPOLL, Transport.NIO);
    }

    @ParameterizedTest
    @MethodSource("transports")
    void loopsThatEndCloseTheirConnectionsWithoutAWord(Transport transport) throws Exception {
        assumeTrue(transport != null && transport.available());
        io.vertx.core.spi.transport.Transport guarded = GuardedTransport.around(transport,
                new ChannelInboundHandlerAdapter()).implementation();
        try (LogLines log = LogLines.capture()) {
            for (int i = 0; i < TIMES; i++) {
                endWithOpenConnections(guarded);
            }
            assertThat(log.with("io.netty")).isEmpty();
        }
    }

    /** The peers close at the same moment, so that reads are under way. */
    private static void endWithOpenConnections(io.vertx.core.spi.transport.Transport transport)
            throws Exception {
        EventLoopGroup loops = transport.eventLoopGroup(
                io.vertx.core.spi.transport.Transport.IO_EVENT_LOOP_GROUP, 1,
                Executors.defaultThreadFactory(), 50);
        List<Channel> open = new ArrayList<>();
        List<Socket> peers = new ArrayList<>();
        try (ServerSocket listening = new ServerSocket(0, CONNECTIONS, InetAddress.getLoopbackAddress())) {
            for (int i = 0; i < CONNECTIONS; i++) {
                open.add(new Bootstrap().group(loops).channelFactory(transport.channelFactory(false))
                        .handler(new ChannelInboundHandlerAdapter())
                        .connect(listening.getLocalSocketAddress()).sync().channel());
                peers.add(listening.accept());
            }
        }
        for (int i = 0; i < CONNECTIONS; i++) {
            open.get(i).writeAndFlush(Unpooled.directBuffer(LARGE).writeZero(LARGE));
            if (i % 2 == 0) {
                peers.get(i).close();
            }
        }
        // As Vert.x asks for it.
        loops.shutdownGracefully(0, 10, TimeUnit.SECONDS).get(Await.SECONDS, TimeUnit.SECONDS);
        assertThat(open).allMatch(channel -> channel.closeFuture().isDone());
    }
}
