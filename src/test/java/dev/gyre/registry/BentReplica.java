package dev.gyre.registry;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/** The other nodes, as a test has them answer. */
final class BentReplica implements Replica {

    private final List<Entry> kept = new ArrayList<>();
    private volatile Supplier<Future<Void>> keeping = Future::succeededFuture;
    private volatile Supplier<Future<Void>> catching = Future::succeededFuture;
    private volatile Duration offset = Duration.ZERO;
    private volatile boolean inTouch = true;

    void keeps(Supplier<Future<Void>> so) {
        keeping = so;
    }

    void catchesUp(Supplier<Future<Void>> so) {
        catching = so;
    }

    void clockOffset(Duration is) {
        offset = is;
    }

    void inTouch(boolean is) {
        inTouch = is;
    }

    synchronized List<Entry> kept() {
        return List.copyOf(kept);
    }

    @Override
    public Future<Void> catchUp() {
        return catching.get();
    }

    @Override
    public synchronized Future<Void> keep(Collection<Entry> entries) {
        kept.addAll(entries);
        return keeping.get();
    }

    @Override
    public Duration clockOffset() {
        return offset;
    }

    @Override
    public boolean inTouch() {
        return inTouch;
    }
}
