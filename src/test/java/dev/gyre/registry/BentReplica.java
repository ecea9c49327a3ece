package dev.gyre.registry;

import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The other nodes, as a test has them answer. */
final class BentReplica implements Replica {

    private final List<Entry> kept = new ArrayList<>();
    private volatile Supplier<Future<Void>> keeping = Future::succeededFuture;
    private volatile Supplier<Future<Void>> catching = Future::succeededFuture;
    private volatile Optional<Instant> time = Optional.empty();
    private volatile boolean inTouch = true;

    void keeps(Supplier<Future<Void>> so) {
        keeping = so;
    }

    void catchesUp(Supplier<Future<Void>> so) {
        catching = so;
    }

    void time(Instant is) {
        time = Optional.of(is);
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
    public Optional<Instant> time() {
        return time;
    }

    @Override
    public boolean inTouch() {
        return inTouch;
    }
}
