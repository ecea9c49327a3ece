package dev.gyre.listener;

import dev.gyre.gate.ProxyHeader;
import dev.gyre.gate.ProxyHeader.Incomplete;
import dev.gyre.gate.ProxyHeader.Malformed;
import dev.gyre.gate.ProxyHeader.Proxied;
import dev.gyre.gate.ProxyHeaderError;
import dev.gyre.loop.Loop;
import dev.gyre.vertx.ReadMemory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Reads the header of the PROXY protocol that a connection from a listed peer begins with, and then leaves
 * the pipeline: whatever follows the header is the client's, TLS or HTTP. Nothing is answered to what is no
 * header, since nobody knows which protocol the other side speaks.
 */
final class ProxyHeaderReader extends ChannelInboundHandlerAdapter {

    /** What becomes of the connection. */
    interface Owner {

        /**
         * The header has been read: puts the handlers that take the client's bytes behind the reader, or
         * closes the connection.
         *
         * @param client its address; empty where that of the peer is the right one
         */
        void told(Optional<InetSocketAddress> client);

        /** There is no header, and the connection ends. */
        void refused(ProxyHeaderError error);
    }

    private final Loop loop;
    private final Owner owner;
    private ChannelHandlerContext ctx;
    /** The beginning of a header that did not come in one read. */
    private ByteBuf begun = Unpooled.EMPTY_BUFFER;
    private boolean over;

    ProxyHeaderReader(Loop loop, Owner owner) {
        this.loop = loop;
        this.owner = owner;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
        loop.readMemory().serve(context.channel());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object read) {
        if (over || ReadMemory.wasMissing(read)) {
            ReferenceCountUtil.release(read);
            context.close();
            return;
        }
        ByteBuf bytes = (ByteBuf) read;
        int before = begun.readableBytes();
        ProxyHeader header = before == 0 ? ProxyHeader.read(bytes) : readOn(bytes);
        if (header instanceof Malformed malformed) {
            bytes.release();
            refuse(malformed.error());
        } else if (header instanceof Incomplete) {
            if (before == 0) {
                begun = Unpooled.copiedBuffer(bytes);
            }
            bytes.release();
        } else {
            Optional<InetSocketAddress> client = header instanceof Proxied proxied
                    ? Optional.of(proxied.client()) : Optional.empty();
            proceed(client, bytes.skipBytes(length(header) - before));
        }
    }

    /** No more is kept than the longest header has: with that many bytes it is whole or malformed. */
    private ProxyHeader readOn(ByteBuf bytes) {
        int most = Math.min(bytes.readableBytes(), ProxyHeader.LONGEST - begun.readableBytes());
        begun.writeBytes(bytes, bytes.readerIndex(), most);
        return ProxyHeader.read(begun);
    }

    private static int length(ProxyHeader header) {
        return header instanceof Proxied proxied ? proxied.length() : ((ProxyHeader.Local) header).length();
    }

    private void proceed(Optional<InetSocketAddress> client, ByteBuf rest) {
        over = true;
        owner.told(client);
        // The next handler is that of this moment: those of the client have just been put behind this one.
        ctx.pipeline().remove(this);
        if (rest.isReadable()) {
            ctx.fireChannelRead(rest);
        } else {
            rest.release();
        }
    }

    /** The header is not whole, and the time for it is over. */
    void timedOut() {
        refuse(ProxyHeaderError.TIMEOUT);
    }

    private void refuse(ProxyHeaderError error) {
        over = true;
        owner.refused(error);
        ctx.close();
    }

    /** Health checks that only connect are no news. */
    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (!over && begun.isReadable()) {
            owner.refused(ProxyHeaderError.INCOMPLETE);
        }
        context.fireChannelInactive();
    }

    /** The connection broke; it ends with that. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
