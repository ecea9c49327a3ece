package dev.gyre.listener;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.UnixChannel;
import java.lang.ref.Reference;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns new connections away from a listening socket before it is closed. A socket that is closed resets what
 * the kernel has accepted and the node has not, requests of clients among it. A filter in the kernel that
 * drops the first packet of each connection lets the queue run dry; the clients try again and find the port
 * closed.
 */
final class NewConnections {

    /** {@code SOL_SOCKET} and {@code SO_ATTACH_FILTER} of Linux; {@code struct sock_fprog} has 16 bytes. */
    private static final RawUnixChannelOption ATTACH_FILTER =
            new RawUnixChannelOption("SO_ATTACH_FILTER", 1, 26, 16);
    /**
     * In the classic language of BPF, on a packet that begins with its TCP header: is SYN among the flags?
     */
    private static final long[][] DROP_SYN = {
        {0x30, 0, 0, 13},
        {0x45, 0, 1, 0x02},
        {0x06, 0, 0, 0},
        {0x06, 0, 0, 0xFFFF_FFFFL},
    };

    private static final Logger LOG = LoggerFactory.getLogger("gyre.proxy");

    private NewConnections() {
    }

    /**
     * On transports other than epoll and io_uring nothing happens: there the queue is lost with the socket.
     * That of a Unix socket has run dry since its file was removed.
     */
    static void refuse(Channel port) {
        if (!(port instanceof UnixChannel) || !(port.localAddress() instanceof InetSocketAddress)) {
            return;
        }
        int size = DROP_SYN.length * 8;
        ByteBuffer program = ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
        for (long[] instruction : DROP_SYN) {
            program.putShort((short) instruction[0]).put((byte) instruction[1]).put((byte) instruction[2])
                    .putInt((int) instruction[3]);
        }
        ByteBuffer option = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
        option.putShort(0, (short) DROP_SYN.length).putLong(8, Buffer.memoryAddress(program));
        try {
            port.config().setOption(ATTACH_FILTER, option);
        } catch (ChannelException e) {
            // A kernel that takes no filter: the port is closed all the same, and its queue lost with it.
            LOG.warn("new connections not held off reason=\"{}\": the stop loses some", e.getMessage());
        } finally {
            // The kernel has copied the program by now; it had to live until then.
            Reference.reachabilityFence(program);
        }
    }
}
