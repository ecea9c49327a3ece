package dev.gyre.listener;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.Test;

/** A listening socket that is about to be closed must get nothing more that its end would reset. */
class NewConnectionsTest {

    @Test
    void afterRefusingNoConnectionBeginsAndNoneIsResetOnEpoll() throws Exception {
        assumeThat(Epoll.isAvailable()).as("epoll is available").isTrue();
        refuses(EpollIoHandler.newFactory(), EpollServerSocketChannel.class);
    }

    @Test
    void afterRefusingNoConnectionBeginsAndNoneIsResetOnIoUring() throws Exception {
        assumeThat(IoUring.isAvailable()).as("io_uring is available").isTrue();
        refuses(IoUringIoHandler.newFactory(), IoUringServerSocketChannel.class);
    }

    private static void refuses(IoHandlerFactory transport, Class<? extends ServerChannel> type)
            throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, transport);
        try {
            Channel port = new ServerBootstrap().group(group).channel(type)
                    .childHandler(new ChannelInboundHandlerAdapter() {
                        @Override
                        public boolean isSharable() {
                            return true;
                        }
                    })
                    .bind(InetAddress.getLoopbackAddress(), 0).sync().channel();
            InetSocketAddress address = (InetSocketAddress) port.localAddress();
            connect(address);
            NewConnections.refuse(port);
            assertThatThrownBy(() -> connect(address)).isInstanceOf(SocketTimeoutException.class);
        } finally {
            group.shutdownGracefully();
        }
    }

    private static void connect(InetSocketAddress address) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(address, 300);
        }
    }
}
