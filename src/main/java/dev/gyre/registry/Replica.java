package dev.gyre.registry;

import io.vertx.core.Future;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;

/** The other nodes, as far as the registry needs them: they store its changes besides its own disk. */
public interface Replica {

    /** A single node: there is only the disk. */
    Replica NONE = new Replica() {

        @Override
        public Future<Void> catchUp() {
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> keep(Collection<Entry> entries) {
            return Future.succeededFuture();
        }

        @Override
        public Optional<Instant> time() {
            return Optional.empty();
        }

        @Override
        public boolean inTouch() {
            return true;
        }
    };

    /** A node of a cluster that has not joined yet. */
    Replica NOT_YET = new Replica() {

        @Override
        public Future<Void> catchUp() {
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> keep(Collection<Entry> entries) {
            return Future.failedFuture("this node has not joined yet");
        }

        @Override
        public Optional<Instant> time() {
            return Optional.empty();
        }

        @Override
        public boolean inTouch() {
            return false;
        }
    };

    /**
     * Completes when this node has taken over everything that any connected node acknowledged before this
     * call, so that a command is checked against it and stamped above it; fails if that is unknown now.
     */
    Future<Void> catchUp();

    /**
     * Completes when the entries, or later ones of the same keys, would survive the loss of this node; fails
     * with a reason in words if that is unknown now. Then they are offered again with the next command.
     */
    Future<Void> keep(Collection<Entry> entries);

    /** The time of the cluster, independent of any single clock; empty if this node's own clock counts. */
    Optional<Instant> time();

    /** Whether most of the configured nodes are connected, so that automatic ends may be recorded. */
    boolean inTouch();
}
