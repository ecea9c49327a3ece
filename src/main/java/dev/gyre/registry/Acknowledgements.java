package dev.gyre.registry;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Changes that the replica has not confirmed yet. Unconfirmed changes are offered again with the next
 * command, so that a repeated command confirms them. A command succeeds only after all earlier writes,
 * because it may repeat one of them. Thread-safe.
 */
final class Acknowledgements {

    private Set<Key> owed = new HashSet<>();
    /** The latest offers. A failed one is not waited for: its changes go along with the next. */
    private final Set<Future<?>> underWay = new HashSet<>();

    /**
     * Offers these changes, and those of earlier offers that are not confirmed yet.
     *
     * @param keep completes when the entries of these keys are confirmed
     * @return completes when this offer and all that are under way are confirmed
     */
    synchronized Future<?> offer(Collection<Key> own, Function<Set<Key>, Future<Void>> keep) {
        Set<Key> offered = new HashSet<>(owed);
        offered.addAll(own);
        owed.addAll(own);
        Future<Void> asked = offered.isEmpty() ? Future.succeededFuture() : keep.apply(offered);
        // Only here: after a failure above, all changes are still unconfirmed.
        owed = new HashSet<>();
        Future<Void> settled = asked
                .recover(failure -> {
                    synchronized (this) {
                        owed.addAll(offered);
                    }
                    return Future.failedFuture(failure);
                });
        List<Future<?>> all = new ArrayList<>(underWay);
        all.add(settled);
        underWay.add(settled);
        settled.onComplete(done -> over(settled));
        return Future.join(all);
    }

    private synchronized void over(Future<?> offer) {
        underWay.remove(offer);
    }
}
