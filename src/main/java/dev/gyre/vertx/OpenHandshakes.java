package dev.gyre.vertx;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Stands in a listening socket of Vert.x's, and bounds the connections that have not ended their TLS
 * handshake: one too many ends the oldest of them. So a flood holds no more of them, and shuts nobody out for
 * longer than a handshake takes.
 *
 * <p>Vert.x 5.2.3 shows a connection to a server of HTTP only after its handshake, and gives it 10 s. Delete
 * when it can bound those before.
 */
public final class OpenHandshakes extends ChannelInboundHandlerAdapter {

    private final int most;
    /** Those that had not ended their handshake when they were looked at last, the oldest first. */
    private final Set<Channel> open = new LinkedHashSet<>();

    private OpenHandshakes(int most) {
        this.most = most;
    }

    /** Bounds those of this listening socket. */
    public static void bound(Channel listening, int most) {
        listening.pipeline().addLast("gyre-open-handshakes", new OpenHandshakes(most));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
        if (accepted instanceof Channel connection) {
            makeRoom().ifPresent(oldest -> {
                ended(oldest);
                oldest.close();
            });
            begins(connection);
            connection.closeFuture().addListener(closed -> ended(connection));
        }
        context.fireChannelRead(accepted);
    }

    /** The one that has to go. */
    private synchronized Optional<Channel> makeRoom() {
        if (open.size() < most) {
            return Optional.empty();
        }
        open.removeIf(OpenHandshakes::done);
        return open.size() < most ? Optional.empty() : open.stream().findFirst();
    }

    private synchronized void begins(Channel connection) {
        open.add(connection);
    }

    private static boolean done(Channel connection) {
        SslHandler handshake = connection.pipeline().get(SslHandler.class);
        return handshake != null && handshake.handshakeFuture().isDone();
    }

    private synchronized void ended(Channel connection) {
        open.remove(connection);
    }
}
