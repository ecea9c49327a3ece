package dev.gyre.vertx;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Epoll for sockets that wait for nothing for a while, as one does whose peer has ended its side, and for
 * those that take the number of one that has just been closed.
 *
 * <p>Netty 4.2.18.Final takes the first out of epoll, and does not put it in again when it waits for
 * something: the call fails, and a client that has ended its side loses an answer that the socket does not
 * take at once. To the second it gives the events that came together with the one during which the closed
 * one was closed, and a connection to a backend fails before it is opened. Delete when Netty does neither.
 */
final class LastingRegistrations implements IoHandler {

    private final IoHandler epoll;
    /** Counts the turns of the event loop. */
    private long turn;
    /** The events of this turn are being handled. */
    private boolean handling;

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
        turn++;
        handling = true;
        try {
            return epoll.run(context);
        } finally {
            handling = false;
        }
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
        return new Lasting((EpollIoHandle) handle);
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

        private final Fresh handle;
        private IoRegistration current;
        private boolean ended;
        private volatile boolean cancelled;

        Lasting(EpollIoHandle handle) throws Exception {
            this.handle = new Fresh(handle);
            this.current = epoll.register(this.handle);
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

    /** A socket that hears of no events which are older than its registration; epoll tells again. */
    private final class Fresh implements EpollIoHandle {

        private final EpollIoHandle socket;
        private final long since = handling ? turn : 0;

        Fresh(EpollIoHandle socket) {
            this.socket = socket;
        }

        @Override
        public FileDescriptor fd() {
            return socket.fd();
        }

        @Override
        public void handle(IoRegistration registration, IoEvent event) {
            if (since != turn) {
                socket.handle(registration, event);
            }
        }

        @Override
        public void registered() {
            socket.registered();
        }

        @Override
        public void unregistered() {
            socket.unregistered();
        }

        @Override
        public void close() throws Exception {
            socket.close();
        }
    }
}
