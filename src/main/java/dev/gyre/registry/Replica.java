package dev.gyre.registry;

import io.vertx.core.Future;
import java.util.Collection;

/** Where changes made on this node are kept besides its own disk. */
@FunctionalInterface
public interface Replica {

    /** A node on its own: the disk is all there is. */
    Replica NONE = entries -> Future.succeededFuture();

    /**
     * Completes when the entries, or later ones of the same keys, would outlive this node; fails with a
     * reason in words when that cannot be said now. They are offered again with the next command then.
     */
    Future<Void> keep(Collection<Entry> entries);
}
