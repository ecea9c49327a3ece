package dev.gyre.exchange;

import dev.gyre.exchange.overload.Permit;
import dev.gyre.exchange.overload.ServiceLimit;
import dev.gyre.model.ConcurrencyLimit;
import dev.gyre.model.Failure;
import dev.gyre.model.Priority;
import dev.gyre.model.Route;
import dev.gyre.upstream.LoopLine;
import dev.gyre.upstream.LoopPool;
import dev.gyre.upstream.LoopView;
import dev.gyre.upstream.ServiceRuntime;
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

    private final Attempts attempts;
    private final Exchange exchange;
    private final ProxyLoop proxy;
    private final String serviceName;
    private final Route route;
    /** The line that it stands in. */
    private Optional<LoopLine> line = Optional.empty();
    private Optional<Permit> place = Optional.empty();

    Choice(Attempts attempts, Exchange exchange, ProxyLoop proxy, Route route) {
        this.attempts = attempts;
        this.exchange = exchange;
        this.proxy = proxy;
        this.serviceName = route.service();
        this.route = route;
    }

    void from(LoopView view) {
        Optional<ServiceRuntime> live = view.service(serviceName);
        // Before a backend is looked for, also for another try: a held service gives none of them a request.
        if (live.isPresent() && live.get().line().closed()) {
            attempts.waits(live.get());
            stand(live.get().line(), live.get().line().join(this));
        } else {
            take(live);
        }
    }

    private void take(Optional<ServiceRuntime> live) {
        // After the hold, for who waits there burdens no backend; before the choice, whose turn is else lost.
        if (live.isPresent() && place.isEmpty() && !admitted(live.get())) {
            return;
        }
        Optional<LoopPool> backend = live.isPresent() ? attempts.pick(live.get()) : Optional.empty();
        if (backend.isPresent()) {
            attempts.chosen(live.get(), backend.get());
            return;
        }
        Optional<Duration> most = live.flatMap(service -> service.policy().hold().whenEmpty());
        if (most.isPresent()) {
            attempts.waits(live.get());
            stand(live.get().line(), live.get().line().awaitBackend(this, most.get()));
        } else {
            gaveUp();
        }
    }

    private boolean admitted(ServiceRuntime live) {
        if (live.policy().limit() instanceof ConcurrencyLimit.Off || !live.hasAnother(List.of())) {
            // Who is to wait for a backend, or to hear that there is none, burdens nobody.
            return true;
        }
        ServiceLimit limit = proxy.limit(serviceName);
        long now = proxy.loop().nanos();
        place = limit.admit(route.priority().orElse(Priority.NORMAL), now);
        if (place.isEmpty()) {
            // Spread, so that those who were refused together do not come back together.
            exchange.end().retryAfter(1 + proxy.random().nextInt(limit.retryWithin(now)));
            exchange.fail(Failure.OVERLOADED, "service " + serviceName);
        }
        return place.isPresent();
    }

    private void stand(LoopLine in, boolean waits) {
        if (waits) {
            line = Optional.of(in);
        } else {
            exchange.fail(Failure.HOLD_FULL, "service " + serviceName);
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
        exchange.fail(Failure.NO_BACKEND, "service " + serviceName + proxy.view().service(serviceName)
                .map(ServiceRuntime::unresolved).orElse(""));
    }

    /** A backend for a second try beside one that runs; never from a service that is held. */
    Optional<LoopPool> another() {
        return proxy.view().service(serviceName).filter(live -> !live.line().closed())
                .flatMap(attempts::pick);
    }

    /** Among the requests in flight; empty where the service does not limit them. */
    Optional<Permit> place() {
        return place;
    }

    /** The request is over. */
    void end() {
        place.ifPresent(Permit::end);
        leave();
    }

    /** No backend is looked for any more. */
    void leave() {
        line.ifPresent(of -> of.leave(this));
        line = Optional.empty();
    }
}
