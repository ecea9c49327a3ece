package dev.gyre.proxy;

import dev.gyre.balancing.Selector;
import dev.gyre.model.Service;
import dev.gyre.pool.Loop;
import dev.gyre.pool.LoopPool;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A service as one event loop sees it: its policy, and the backends that take requests in the order of turns.
 */
final class LiveService {

    private final Service service;
    private final List<LoopPool> backends;
    private final Selector selector;
    /**
     * Turns of their own for retries. Taken from the others', with two backends each request that failed at
     * the one would make the next begin there as well.
     */
    private final Supplier<Selector> retryTurns;
    private Selector retrySelector;

    LiveService(Service service, List<LoopPool> backends, Selector selector, Supplier<Selector> retryTurns) {
        this.retryTurns = retryTurns;
        this.service = service;
        this.backends = backends;
        this.selector = selector;
    }

    Service service() {
        return service;
    }

    /** Nothing has changed, nor has a backend gone and come back with a new pool in between. */
    boolean shows(View.ServiceView view, Loop loop) {
        return service.equals(view.service()) && backends.equals(view.rotation(loop));
    }

    /** The backends in rotation. */
    List<LoopPool> backends() {
        return backends;
    }

    /**
     * The backend for the next request: whose turn it is, or, when that one is full, the next that has room;
     * when all are full, one where the request can wait. Empty when the service has no backend in rotation.
     *
     * @param tried backends to be passed over as long as there is another
     */
    Optional<LoopPool> pick(Collection<LoopPool> tried) {
        if (backends.isEmpty()) {
            return Optional.empty();
        }
        int turn = tried.isEmpty() ? selector.next() : retryTurn(tried);
        LoopPool first = backends.get(turn);
        boolean takes = first.hasRoom() && (tried.isEmpty() || !tried.contains(first));
        return Optional.of(takes || backends.size() == 1 ? first : another(turn, tried));
    }

    /** One that has not been tried, if it can be found at once. */
    private int retryTurn(Collection<LoopPool> tried) {
        if (retrySelector == null) {
            retrySelector = retryTurns.get();
        }
        int turn = retrySelector.next();
        for (int asked = 1; asked < backends.size() && tried.contains(backends.get(turn)); asked++) {
            turn = retrySelector.next();
        }
        return turn;
    }

    private LoopPool another(int turn, Collection<LoopPool> tried) {
        LoopPool waitAt = null;
        for (int i = 0; i < backends.size(); i++) {
            LoopPool candidate = backends.get((turn + i) % backends.size());
            if (!tried.isEmpty() && tried.contains(candidate)) {
                continue;
            }
            if (candidate.hasRoom()) {
                return candidate;
            }
            if (waitAt == null && candidate.hasRoomToWait()) {
                waitAt = candidate;
            }
        }
        if (waitAt != null) {
            return waitAt;
        }
        return tried.isEmpty() ? backends.get(turn) : another(turn, List.of());
    }

    /** There is a backend in rotation beside these. */
    boolean hasAnother(Collection<LoopPool> tried) {
        return !tried.containsAll(backends);
    }
}
