package dev.gyre.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gyre.kit.Await;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What follows a piece that could not be written does not take its place. */
class AtomicWritesTest {

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

    /** Has memory for so many pieces. */
    private static final class Memory extends AbstractByteBufAllocator {

        private int left;

        Memory(int pieces) {
            super(true);
            this.left = pieces;
        }

        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
            return UnpooledByteBufAllocator.DEFAULT.heapBuffer(initialCapacity, maxCapacity);
        }

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            if (left-- == 0) {
                throw new OutOfMemoryError("as the test wants it");
            }
            return UnpooledByteBufAllocator.DEFAULT.directBuffer(initialCapacity, maxCapacity);
        }

        @Override
        public boolean isDirectBufferPooled() {
            return true;
        }
    }

    private Socket connect(int pieces) throws Exception {
        Channel server = new ServerBootstrap().group(loops).channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.ALLOCATOR, new Memory(pieces))
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(AtomicWrites.INSTANCE, new ChannelInboundHandlerAdapter() {
                            @Override
                            public void channelActive(ChannelHandlerContext ctx) {
                                write(ctx, "one");
                                write(ctx, "two");
                                write(ctx, "three");
                            }
                        });
                    }
                }).bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).sync().channel();
        Socket socket = new Socket();
        socket.setSoTimeout(Await.MILLIS);
        socket.connect(server.localAddress());
        return socket;
    }

    /** As Vert.x does where nobody asks what becomes of it, and where somebody does. */
    private static void write(ChannelHandlerContext ctx, String piece) {
        ByteBuf bytes = Unpooled.copiedBuffer(piece, StandardCharsets.US_ASCII);
        ctx.writeAndFlush(bytes, piece.equals("two") ? ctx.voidPromise() : ctx.newPromise());
    }

    @AfterEach
    void end() throws Exception {
        loops.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
    }

    @Test
    void aConnectionOnWhichAPieceIsMissingIsReset() throws Exception {
        try (Socket socket = connect(1)) {
            assertThatThrownBy(() -> socket.getInputStream().readNBytes(8))
                    .isInstanceOf(SocketException.class).hasMessageContaining("reset");
        }
    }

    @Test
    void oneOnWhichAllIsWrittenGoesOn() throws Exception {
        try (Socket socket = connect(3)) {
            assertThat(socket.getInputStream().readNBytes(11)).asString().isEqualTo("onetwothree");
        }
    }
}
