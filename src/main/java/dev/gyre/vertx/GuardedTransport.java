package dev.gyre.vertx;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.net.TcpConfig;
import io.vertx.core.spi.transport.Transport;
import java.net.SocketAddress;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;

/**
 * A transport of Vert.x with handlers in the pipeline of each listening socket from before its first
 * connection, and with {@link DrainedLoops} and {@link LastingRegistrations}.
 *
 * <p>Vert.x 5.2.3 shows a listening socket only with the first connection that came through it, which is
 * after a burst has passed. Delete when a {@code NetServer} can be given handlers for its listening
 * socket.
 */
public final class GuardedTransport implements Transport {

    /** Of a context whose servers take the connections of clients: what is done with their sockets. */
    private static final String GUARD = "gyre.guard";

    private final Transport guarded;
    private final ChannelHandler ofEach;

    private GuardedTransport(Transport guarded, ChannelHandler ofEach) {
        this.guarded = guarded;
        this.ofEach = ofEach;
    }

    /** @param ofEach stands in the pipeline of each listening socket; sharable */
    public static io.vertx.core.transport.Transport around(io.vertx.core.transport.Transport transport,
            ChannelHandler ofEach) {
        GuardedTransport guard = new GuardedTransport(transport.implementation(), ofEach);
        return new io.vertx.core.transport.Transport() {
            @Override
            public String name() {
                return transport.name();
            }

            @Override
            public boolean available() {
                return transport.available();
            }

            @Override
            public Throwable unavailabilityCause() {
                return transport.unavailabilityCause();
            }

            @Override
            public Transport implementation() {
                return guard;
            }
        };
    }

    /** From now on each socket that this context listens on is shown to this before its first connection. */
    public static void guard(Context context, Consumer<Channel> guard) {
        context.put(GUARD, guard);
    }

    @Override
    public void configure(TcpConfig config, boolean domainSocket, ServerBootstrap bootstrap) {
        guarded.configure(config, domainSocket, bootstrap);
        Context context = Vertx.currentContext();
        Consumer<Channel> guard = context == null ? null : context.get(GUARD);
        bootstrap.handler(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel socket) {
                socket.pipeline().addLast("gyre-accept-failures", ofEach);
                if (guard != null) {
                    guard.accept(socket);
                }
            }
        });
    }

    @Override
    public void configure(TcpConfig config, boolean domainSocket, Bootstrap bootstrap) {
        guarded.configure(config, domainSocket, bootstrap);
    }

    @Override
    public void configure(DatagramChannel channel, DatagramSocketOptions options) {
        guarded.configure(channel, options);
    }

    @Override
    public boolean supportsDomainSockets() {
        return guarded.supportsDomainSockets();
    }

    @Override
    public boolean supportFileRegion() {
        return guarded.supportFileRegion();
    }

    @Override
    public boolean isAvailable() {
        return guarded.isAvailable();
    }

    @Override
    public Throwable unavailabilityCause() {
        return guarded.unavailabilityCause();
    }

    @Override
    public SocketAddress convert(io.vertx.core.net.SocketAddress address) {
        return guarded.convert(address);
    }

    @Override
    public io.vertx.core.net.SocketAddress convert(SocketAddress address) {
        return guarded.convert(address);
    }

    @Override
    public IoHandlerFactory ioHandlerFactory() {
        return LastingRegistrations.with(guarded.ioHandlerFactory());
    }

    @Override
    public EventLoopGroup eventLoopGroup(int type, int threads, ThreadFactory factory, int ioRatio) {
        return new DrainedLoops(threads, factory, ioHandlerFactory());
    }

    @Override
    @SuppressWarnings("deprecation") // Vert.x still asks for it.
    public DatagramChannel datagramChannel(InternetProtocolFamily family) {
        return guarded.datagramChannel(family);
    }

    @Override
    public ChannelFactory<? extends DatagramChannel> datagramChannelFactory() {
        return guarded.datagramChannelFactory();
    }

    @Override
    public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
        return guarded.channelFactory(domainSocket);
    }

    @Override
    public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
        return guarded.serverChannelFactory(domainSocket);
    }
}
