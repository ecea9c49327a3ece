package dev.gyre.listener;

import dev.gyre.config.Listener;
import dev.gyre.config.Settings.ForwardingSettings;
import dev.gyre.model.AddressBlock;
import dev.gyre.model.AddressText;
import dev.gyre.model.ConnectionCounts;
import dev.gyre.model.ExchangeListener;
import dev.gyre.model.ExchangePhase;
import dev.gyre.model.Failure;
import dev.gyre.model.FinishedExchange;
import dev.gyre.model.FinishedExchange.End;
import dev.gyre.model.FinishedExchange.Times;
import dev.gyre.model.Limit;
import dev.gyre.model.Limits;
import dev.gyre.model.Peer;
import dev.gyre.vertx.GuardedTransport;
import dev.gyre.vertx.Reset;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Lets no more connections in than may be. It stands in the pipeline of the listening socket, where a
 * connection costs no more than its file: one too many is reset before it gets a pipeline of its own, which
 * leaves nothing behind, neither here nor in the kernel. Thread-safe.
 */
@Sharable
public final class Admission extends ChannelInboundHandlerAdapter {

    private static final AttributeKey<Boolean> ADMITTED = AttributeKey.valueOf("gyre.admitted");
    /** Of a listening socket. */
    private static final AttributeKey<Listener> LISTENER = AttributeKey.valueOf("gyre.listener");

    private final ForwardingSettings forwarding;
    private final LimitCounters exceeded;
    private final ConnectionCounts counts;
    private final InstantSource clock;
    /** Called by one of the threads at a time that accept connections. */
    private final ExchangeListener turnedAway;

    /** @param policy with the numbers of connections filled in, see {@link Limits#within} */
    Admission(ListenerPolicy policy, LimitCounters exceeded, InstantSource clock,
            ExchangeListener turnedAway) {
        this.forwarding = policy.forwarding();
        this.exceeded = exceeded;
        this.clock = clock;
        this.turnedAway = turnedAway;
        Limits limits = policy.limits();
        this.counts = new ConnectionCounts(limits.connections().orElseThrow(),
                limits.connectionsPerAddress().orElseThrow());
    }

    /** From now on this listening socket is watched; {@link GuardedTransport} does so from its beginning. */
    public void guard(Channel port, Listener listener) {
        if (port.attr(LISTENER).setIfAbsent(listener) == null) {
            port.pipeline().addFirst("gyre-admission", this);
        }
    }

    /** Also for a connection that came before its port was guarded, as on a transport of another's. */
    boolean admits(Channel connection) {
        return Boolean.TRUE.equals(connection.attr(ADMITTED).get()) || admit(connection);
    }

    public int open() {
        return counts.open();
    }

    public int most() {
        return counts.most();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof Channel connection && !admit(connection)) {
            Reset.onClose(connection);
            connection.unsafe().closeForcibly();
            return;
        }
        ctx.fireChannelRead(message);
    }

    private boolean admit(Channel connection) {
        Listener listener = connection.parent().attr(LISTENER).get();
        if (isGone(connection, listener)) {
            return true;
        }
        Optional<InetAddress> address = address(connection, listener).map(InetSocketAddress::getAddress);
        Optional<Long> block = address.filter(peer -> !trusts(peer) && !tellsOfClients(listener, address))
                .map(peer -> AddressBlock.of(peer.getAddress()));
        Optional<Limit> limit = block.isPresent() ? counts.enter(block.get()) : counts.enterTrusted();
        if (limit.isPresent()) {
            reject(connection, peer(address), limit.get());
            return false;
        }
        connection.attr(ADMITTED).set(true);
        connection.closeFuture().addListener(closed ->
                block.ifPresentOrElse(counts::leave, counts::leaveTrusted));
        return true;
    }

    /** Counts a connection that was let in for its proxy for the client as well that the proxy speaks for. */
    boolean admitsClient(Channel connection, InetAddress client) {
        if (trusts(client)) {
            return true;
        }
        Long block = AddressBlock.of(client.getAddress());
        Optional<Limit> limit = counts.enterAddress(block);
        if (limit.isPresent()) {
            reject(connection, peer(Optional.of(client)), limit.get());
            return false;
        }
        connection.closeFuture().addListener(closed -> counts.leaveAddress(block));
        return true;
    }

    private boolean trusts(InetAddress address) {
        return forwarding.trusts(address.getAddress());
    }

    /** @param address empty on a Unix socket */
    Peer peer(Optional<InetAddress> address) {
        return address.map(known -> new Peer(AddressText.of(known), trusts(known)))
                .orElseGet(() -> new Peer(Listener.UNIX, forwarding.trustsUnix()));
    }

    /** The address of one that the client broke off before it was accepted is unknown. */
    static boolean isGone(Channel connection, Listener listener) {
        return listener.unix().isEmpty() && !(connection.remoteAddress() instanceof InetSocketAddress);
    }

    /** Of the other end; empty on a Unix socket. */
    static Optional<InetSocketAddress> address(Channel connection, Listener listener) {
        return listener.unix().isPresent() ? Optional.empty()
                : Optional.of((InetSocketAddress) connection.remoteAddress());
    }

    /**
     * A peer at this address, which is empty on a Unix socket, begins with a header of the PROXY protocol. It
     * speaks for many clients, so that the limit for each address does not hold for its own.
     */
    static boolean tellsOfClients(Listener listener, Optional<InetAddress> address) {
        return listener.proxies()
                .map(proxies -> address.map(peer -> proxies.contain(peer.getAddress())).orElse(true))
                .orElse(false);
    }

    private void reject(Channel connection, Peer peer, Limit limit) {
        exceeded.report(limit, peer.address());
        FinishedExchange exchange = FinishedExchange.unserved(peer, port(connection),
                Optional.empty(), Times.ofHead(clock.millis(), 0),
                End.failed(0, Failure.CONNECTION_LIMIT, ExchangePhase.ADMISSION));
        synchronized (turnedAway) {
            turnedAway.finished(exchange);
        }
    }

    /** Of the listening socket that a connection came through; 0: a Unix socket. */
    static int port(Channel connection) {
        return connection.parent().localAddress() instanceof InetSocketAddress port ? port.getPort() : 0;
    }
}
