package dev.gyre.exchange;

import dev.gyre.exchange.overload.Place;
import dev.gyre.exchange.overload.ServiceLimit;
import dev.gyre.model.ConcurrencyLimit;
import dev.gyre.model.Failure;
import dev.gyre.model.Priority;
import dev.gyre.model.Route;
import dev.gyre.upstream.LiveService;
import dev.gyre.upstream.LoopLine;
import dev.gyre.upstream.LoopPool;
import dev.gyre.upstream.LoopView;
import dev.gyre.upstream.hold.Waiter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The stage of a request's walk in which it is admitted to its service, once, and a backend is chosen for
 * each try. Where the service is held, or has no backend and lets requests wait for one, the request waits
 * here.
 */
final class Choice implements Waiter {

    private final Tries tries;
    private final RequestWalk walk;
    private final ProxyLoop proxy;
    private final String serviceName;
    private final Route route;
    /** The line that it stands in. */
    private Optional<LoopLine> line = Optional.empty();
    private Optional<Place> place = Optional.empty();

    Choice(Tries tries, RequestWalk walk, ProxyLoop proxy, Route route) {
        this.tries = tries;
        this.walk = walk;
        this.proxy = proxy;
        this.serviceName = route.service();
        this.route = route;
    }

    void from(LoopView view) {
        Optional<LiveService> live = view.service(serviceName);
        // Before a backend is looked for, also for another try: a held service gives none of them a request.
        if (live.isPresent() && live.get().line().closed()) {
            tries.waits(live.get());
            stand(live.get().line(), live.get().line().join(this));
        } else {
            take(live);
        }
    }

    private void take(Optional<LiveService> live) {
        // After the hold, for who waits there burdens no backend; before the choice, whose turn is else lost.
        if (live.isPresent() && place.isEmpty() && !admitted(live.get())) {
            return;
        }
        Optional<LoopPool> backend = live.isPresent() ? tries.pick(live.get()) : Optional.empty();
        if (backend.isPresent()) {
            tries.chosen(live.get(), backend.get());
            return;
        }
        Optional<Duration> most = live.flatMap(service -> service.policy().hold().whenEmpty());
        if (most.isPresent()) {
            tries.waits(live.get());
            stand(live.get().line(), live.get().line().hope(this, most.get()));
        } else {
            gaveUp();
        }
    }

    private boolean admitted(LiveService live) {
        if (live.policy().limit() instanceof ConcurrencyLimit.Off || !live.hasAnother(List.of())) {
            // Who is to wait for a backend, or to hear that there is none, burdens nobody.
            return true;
        }
        ServiceLimit limit = proxy.limit(serviceName);
        long now = proxy.loop().nanos();
        place = limit.admit(route.priority().orElse(Priority.NORMAL), now);
        if (place.isEmpty()) {
            // Spread, so that those who were refused together do not come back together.
            walk.end().retryAfter(1 + proxy.random().nextInt(limit.retryWithin(now)));
            walk.fail(Failure.OVERLOADED, "service " + serviceName);
        }
        return place.isPresent();
    }

    private void stand(LoopLine in, boolean waits) {
        if (waits) {
            line = Optional.of(in);
        } else {
            walk.fail(Failure.HOLD_FULL, "service " + serviceName);
        }
    }

    @Override
    public void go() {
        line = Optional.empty();
        take(proxy.view().service(serviceName));
    }

    @Override
    public void gaveUp() {
        line = Optional.empty();
        walk.fail(Failure.NO_BACKEND, "service " + serviceName + proxy.view().service(serviceName)
                .map(LiveService::unresolved).orElse(""));
    }

    /** A backend for a second try beside one that runs; never from a service that is held. */
    Optional<LoopPool> another() {
        return proxy.view().service(serviceName).filter(live -> !live.line().closed()).flatMap(tries::pick);
    }

    /** Among the requests in flight; empty where the service does not limit them. */
    Optional<Place> place() {
        return place;
    }

    /** The request is over. */
    void end() {
        place.ifPresent(Place::end);
        leave();
    }

    /** No backend is looked for any more. */
    void leave() {
        line.ifPresent(of -> of.leave(this));
        line = Optional.empty();
    }
}
