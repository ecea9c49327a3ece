package dev.gyre.listener;

import dev.gyre.config.Settings.ForwardingSettings;
import dev.gyre.model.AddressBlock;
import dev.gyre.model.AddressText;
import dev.gyre.model.ConnectionCounts;
import dev.gyre.model.Limit;
import dev.gyre.model.Limits;
import dev.gyre.vertx.GuardedTransport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;
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

    /** @param limits with the numbers of connections filled in, see {@link Limits#within} */
    Admission(Limits limits, ForwardingSettings forwarding, LimitCounters exceeded) {
        this.forwarding = forwarding;
        this.exceeded = exceeded;
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
            connection.config().setOption(ChannelOption.SO_LINGER, 0);
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
            exceeded.report(limit.get(), AddressText.of(peer.getAddress()));
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
}
