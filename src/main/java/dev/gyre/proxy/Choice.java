package dev.gyre.proxy;

import dev.gyre.hold.Waiter;
import dev.gyre.model.Failure;
import dev.gyre.pool.LoopPool;
import java.time.Duration;
import java.util.Optional;

/**
 * The stage of a request's walk in which a backend is chosen for a try. Where its service is held, or has no
 * backend and lets requests wait for one, the request waits here.
 */
final class Choice implements Waiter {

    private final Tries tries;
    private final RequestWalk walk;
    private final ProxyLoop proxy;
    private final String serviceName;
    /** The line that it stands in. */
    private Optional<LoopLine> line = Optional.empty();

    Choice(Tries tries, RequestWalk walk, ProxyLoop proxy, String serviceName) {
        this.tries = tries;
        this.walk = walk;
        this.proxy = proxy;
        this.serviceName = serviceName;
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

    /** The request is over. */
    void end() {
        line.ifPresent(of -> of.leave(this));
    }
}
