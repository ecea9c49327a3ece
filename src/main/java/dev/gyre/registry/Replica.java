package dev.gyre.registry;

import io.vertx.core.Future;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;

/** The other nodes, as the registry needs to know them: where its changes are kept besides its own disk. */
public interface Replica {

    /** A node on its own: the disk is all there is. */
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

    /** A node that is to join others and has not met them yet. */
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
     * Completes when this node has taken over all that was acknowledged at any connected node before this was
     * called, so that a command is judged by it and stamped above it; fails when that cannot be told now.
     */
    Future<Void> catchUp();

    /**
     * Completes when the entries, or later ones of the same keys, would outlive this node; fails with a
     * reason in words when that cannot be said now. They are offered again with the next command then.
     */
    Future<Void> keep(Collection<Entry> entries);

    /** The time of the cluster, which no single clock rules; empty where this node's own clock counts. */
    Optional<Instant> time();

    /** Most of the nodes there are to be are heard: what ends by itself may be written down. */
    boolean inTouch();
}
