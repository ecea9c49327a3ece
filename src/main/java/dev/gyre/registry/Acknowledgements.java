package dev.gyre.registry;

import io.vertx.core.Future;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;

/**
 * Which changes the replica has not confirmed yet. What an earlier command left owing goes along with the next
 * one, so that asking again settles it; and nobody is told that all is well while a write that came before is
 * still under way, for it may be the very one that is asked about. Thread-safe.
 */
final class Acknowledgements {

    private Set<Key> owed = new HashSet<>();
    private Future<?> underWay = Future.succeededFuture();

    /**
     * Offers these, and what earlier offers left owing.
     *
     * @param keep completes when the entries of these keys are confirmed
     * @return completes when this offer and all that are under way are confirmed
     */
    synchronized Future<?> offer(Collection<Key> own, Function<Set<Key>, Future<Void>> keep) {
        Set<Key> offered = new HashSet<>(owed);
        offered.addAll(own);
        owed.addAll(own);
        Future<Void> asked = offered.isEmpty() ? Future.succeededFuture() : keep.apply(offered);
        // Only now: had it failed above, all would still be owed.
        owed = new HashSet<>();
        Future<Void> settled = asked
                .recover(failure -> {
                    synchronized (this) {
                        owed.addAll(offered);
                    }
                    return Future.failedFuture(failure);
                });
        underWay = underWay.isComplete() ? settled : Future.join(underWay, settled);
        return underWay;
    }
}
