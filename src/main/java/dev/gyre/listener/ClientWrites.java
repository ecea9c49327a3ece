package dev.gyre.listener;

import dev.gyre.vertx.Reset;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;

/**
 * What is written to one client. It goes out when the turn of reading that led to it is over, so that the
 * answers to all that one read brought go out together, or at once when it comes at another time.
 *
 * <p>A write that fails, e.g. for want of memory, breaks the connection off: whatever was written after it
 * would be taken for what is missing. With a reset, as an end in order may be what tells the client that all
 * has come.
 */
final class ClientWrites {

    private final ChannelHandlerContext out;
    private final Channel channel;
    private final ChannelPromise written;
    private boolean reading;
    private boolean unflushed;
    private boolean closing;

    /** @param out the handler that writes; none before it changes what is written */
    ClientWrites(ChannelHandlerContext out) {
        this.out = out;
        this.channel = out.channel();
        this.written = new Written(channel);
    }

    /** For so many bytes to be written; it grows. */
    ByteBuf buffer(int bytes) {
        return out.alloc().buffer(bytes);
    }

    /** A turn of reading is under way. */
    void reading() {
        reading = true;
    }

    void readComplete() {
        reading = false;
        flush();
    }

    /** To be followed by {@link #sent}, when all that belongs together is written. */
    void write(ByteBuf bytes) {
        unflushed = true;
        out.write(bytes, written);
    }

    void sent() {
        if (!reading) {
            flush();
        }
    }

    private void flush() {
        if (unflushed) {
            unflushed = false;
            out.flush();
        }
    }

    /** What follows cannot be written. */
    void failed() {
        // What was still to be written on a connection that has ended fails, too.
        if (channel.isActive()) {
            Reset.close(channel);
        }
    }

    /** Closes when all that was written is out. */
    void close() {
        if (!closing) {
            closing = true;
            unflushed = false;
            out.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** The promise of all writes, which is never kept and so serves for any number. */
    private final class Written extends DefaultChannelPromise {

        Written(Channel channel) {
            super(channel);
        }

        @Override
        public boolean setUncancellable() {
            return true;
        }

        @Override
        public boolean trySuccess() {
            return true;
        }

        @Override
        public boolean trySuccess(Void result) {
            return true;
        }

        @Override
        public ChannelPromise setSuccess() {
            return this;
        }

        @Override
        public ChannelPromise setSuccess(Void result) {
            return this;
        }

        @Override
        public boolean tryFailure(Throwable cause) {
            failed();
            return true;
        }

        @Override
        public ChannelPromise setFailure(Throwable cause) {
            failed();
            return this;
        }
    }
}
