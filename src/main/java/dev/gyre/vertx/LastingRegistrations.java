package dev.gyre.vertx;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Epoll for sockets that wait for nothing for a while, as one does whose peer has ended its side.
 *
 * <p>Netty 4.2.18.Final takes such a socket out of epoll, and does not put it in again when it waits for
 * something: the call fails, and a client that has ended its side loses an answer that the socket does not
 * take at once. Delete when Netty puts the socket in again.
 */
final class LastingRegistrations implements IoHandler {

    private final IoHandler epoll;

    private LastingRegistrations(IoHandler epoll) {
        this.epoll = epoll;
    }

    /** The same, where it is not one of epoll. */
    static IoHandlerFactory with(IoHandlerFactory handlers) {
        return new IoHandlerFactory() {
            @Override
            public IoHandler newHandler(ThreadAwareExecutor executor) {
                IoHandler handler = handlers.newHandler(executor);
                return handler instanceof EpollIoHandler ? new LastingRegistrations(handler) : handler;
            }

            @Override
            public boolean isChangingThreadSupported() {
                return handlers.isChangingThreadSupported();
            }
        };
    }

    @Override
    public void initialize() {
        epoll.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        return epoll.run(context);
    }

    @Override
    public void prepareToDestroy() {
        epoll.prepareToDestroy();
    }

    @Override
    public void destroy() {
        epoll.destroy();
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return new Lasting(handle);
    }

    @Override
    public void wakeup() {
        epoll.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> type) {
        return epoll.isCompatible(type);
    }

    /** Ends in epoll when nothing is waited for, and begins there again when something is. */
    private final class Lasting implements IoRegistration {

        private final EpollIoHandle handle;
        private IoRegistration current;
        private boolean ended;
        private volatile boolean cancelled;

        Lasting(IoHandle handle) throws Exception {
            this.handle = (EpollIoHandle) handle;
            this.current = epoll.register(handle);
        }

        @Override
        public <T> T attachment() {
            return current.attachment();
        }

        @Override
        public long submit(IoOps ops) {
            if (cancelled) {
                return -1;
            }
            if (EpollIoOps.NONE.equals(ops)) {
                ended = true;
                current.cancel();
                return 0;
            }
            if (ended) {
                if (!handle.fd().isOpen()) {
                    // Its number may be another socket's by now.
                    return -1;
                }
                ended = false;
                current = again();
            }
            return current.submit(ops);
        }

        private IoRegistration again() {
            try {
                return epoll.register(handle);
            } catch (Exception e) {
                throw new UncheckedIOException(new IOException(e));
            }
        }

        @Override
        public boolean isValid() {
            return !cancelled && (ended || current.isValid());
        }

        @Override
        public boolean cancel() {
            if (cancelled) {
                return false;
            }
            cancelled = true;
            return ended || current.cancel();
        }
    }
}
