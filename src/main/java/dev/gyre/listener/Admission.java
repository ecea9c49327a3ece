package dev.gyre.listener;

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
    private static final AttributeKey<Boolean> GUARDED = AttributeKey.valueOf("gyre.guarded");

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
    public void guard(Channel port) {
        if (port.attr(GUARDED).setIfAbsent(true) == null) {
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
        if (!(connection.remoteAddress() instanceof InetSocketAddress peer)) {
            // Gone already.
            return true;
        }
        byte[] address = peer.getAddress().getAddress();
        boolean trusted = forwarding.trusts(address);
        Long block = AddressBlock.of(address);
        Optional<Limit> limit = trusted ? counts.enterTrusted() : counts.enter(block);
        if (limit.isPresent()) {
            reject(connection, peer, limit.get(), trusted);
            return false;
        }
        connection.attr(ADMITTED).set(true);
        connection.closeFuture().addListener(closed -> {
            if (trusted) {
                counts.leaveTrusted();
            } else {
                counts.leave(block);
            }
        });
        return true;
    }

    private void reject(Channel connection, InetSocketAddress peer, Limit limit, boolean trusted) {
        String address = AddressText.of(peer.getAddress());
        exceeded.report(limit, address);
        FinishedExchange exchange = FinishedExchange.unserved(new Peer(address, trusted), port(connection),
                Optional.empty(), Times.ofHead(clock.millis(), 0),
                End.failed(0, Failure.CONNECTION_LIMIT, ExchangePhase.ADMISSION));
        synchronized (turnedAway) {
            turnedAway.finished(exchange);
        }
    }

    /** Of the listening socket that a connection came through. */
    static int port(Channel connection) {
        return ((InetSocketAddress) connection.parent().localAddress()).getPort();
    }
}
