package dev.gyre.vertx;

import io.netty.buffer.ByteBufHolder;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.net.impl.VertxConnection;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Deque;

/**
 * What has come on a connection while nobody read it: each client that leaves while it is behind would cost
 * up to some reads of 64 KB outside the heap, until there is no memory for anybody.
 *
 * <p>Vert.x 5.2.3 keeps that in pooled memory and forgets it when the connection closes
 * ({@code VertxConnection.handleClosed}); it has no public access to it. Delete when Vert.x releases it.
 */
public final class PendingReads {

    private static final VarHandle PENDING = field("pending", Deque.class);
    private static final VarHandle AUTO_READ = field("autoRead", boolean.class);

    private PendingReads() {
    }

    private static VarHandle field(String name, Class<?> type) {
        try {
            return MethodHandles.privateLookupIn(VertxConnection.class, MethodHandles.lookup())
                    .findVarHandle(VertxConnection.class, name, type);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("another Vert.x than the one this was written for", e);
        }
    }

    /** Whether Vert.x wants more of this connection, on its event loop. */
    public static boolean wanted(VertxConnection connection) {
        return (boolean) AUTO_READ.get(connection);
    }

    /** How many bytes of bodies wait, on the connection's event loop. */
    public static long bytes(VertxConnection connection) {
        long bytes = 0;
        Deque<?> pending = (Deque<?>) PENDING.get(connection);
        if (pending != null) {
            for (Object message : pending) {
                bytes += message instanceof ByteBufHolder part ? part.content().readableBytes() : 0;
            }
        }
        return bytes;
    }

    /** To be called once the connection has closed, on its event loop. */
    public static void release(VertxConnection closed) {
        Deque<?> pending = (Deque<?>) PENDING.get(closed);
        if (pending != null) {
            pending.forEach(ReferenceCountUtil::release);
            pending.clear();
        }
    }
}
