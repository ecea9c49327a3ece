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
 * command, so that repeating a command settles it. A command succeeds only after all earlier writes, for it
 * may repeat one of them. Thread-safe.
 */
final class Acknowledgements {

    private Set<Key> owed = new HashSet<>();
    /** One that has failed is not waited for: what it offered goes along with the next. */
    private final Set<Future<?>> underWay = new HashSet<>();

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
