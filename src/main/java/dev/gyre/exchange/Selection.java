package dev.gyre.exchange;

import dev.gyre.exchange.ServiceTunnels.Slot;
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
 * What an exchange needs before each attempt: that its service is not held, a permit of the service, once, a
 * backend, and for what may become a tunnel one of the places for those.
 */
final class Selection implements Waiter {

    /** The exchange that the selection is for. */
    interface Parent {

        /** Runs what would be called by somebody who could not answer the client after a fault. */
        void guarded(Runnable step);

        /** It asks for another protocol. */
        boolean upgrades();

        /** The request as a whole fails, whatever is tried. */
        void fail(Failure failure, String details);
    }

    private final Parent parent;
    private final LoopContext context;
    private final Route route;
    private final ExchangeClock clock;
    private final Attempts attempts;
    /** The line before its service that the request stands in. */
    private Optional<LoopLine> line = Optional.empty();
    /** To be one of the requests in flight; empty where the service does not limit them. */
    private Optional<Permit> permit = Optional.empty();
    /** To become a tunnel. */
    private Optional<Slot> slot = Optional.empty();
    /** For how long an answer of 503 asks the client to stay away. */
    private int retryAfterSeconds = 1;

    Selection(Parent parent, LoopContext context, Route route, ExchangeClock clock, Attempts attempts) {
        this.parent = parent;
        this.context = context;
        this.route = route;
        this.clock = clock;
        this.attempts = attempts;
    }

    int retryAfterSeconds() {
        return retryAfterSeconds;
    }

    /** Chooses a backend for the next attempt, now or when the service is no longer held. */
    void select(LoopView view) {
        Optional<ServiceRuntime> service = view.service(route.service());
        // Before a backend is looked for, also for another attempt: a held service sends them nothing.
        if (service.isPresent() && service.get().line().closed()) {
            clock.start(service.get().policy());
            await(service.get().line(), service.get().line().join(this));
        } else {
            select(service);
        }
    }

    private void select(Optional<ServiceRuntime> service) {
        // After the hold: a held request loads no backend. Before the choice: a refusal would waste a turn.
        if (service.isPresent() && permit.isEmpty() && !admitted(service.get())) {
            return;
        }
        Optional<LoopPool> backend = service.isPresent() ? attempts.pick(service.get()) : Optional.empty();
        if (backend.isPresent()) {
            if (parent.upgrades()) {
                backend = withRoom(service.get(), backend.get());
            }
            if (backend.isPresent()) {
                attempts.start(service.get(), backend.get(), permit);
            }
            return;
        }
        Optional<Duration> most = service.flatMap(of -> of.policy().hold().whenEmpty());
        if (most.isPresent()) {
            clock.start(service.get().policy());
            await(service.get().line(), service.get().line().awaitBackend(this, most.get()));
        } else {
            gaveUp(Failure.NO_BACKEND);
        }
    }

    /** The backend, or another one where it has as many tunnels as it may have; empty with a failure. */
    private Optional<LoopPool> withRoom(ServiceRuntime service, LoopPool picked) {
        endSlot();
        ServiceTunnels tunnels = context.tunnels(route.service());
        LoopPool backend = picked;
        boolean another = true;
        while (another && tunnels.isFull(backend.id(), service.policy().tunnels())) {
            LoopPool full = backend;
            attempts.passOver(full);
            backend = attempts.pick(service).orElse(full);
            another = attempts.isFresh(backend);
        }
        slot = tunnels.take(backend.id(), attempts.client().peer().address(), service.policy().tunnels());
        if (slot.isEmpty()) {
            parent.fail(Failure.TUNNEL_LIMIT, "service " + route.service());
            return Optional.empty();
        }
        return Optional.of(backend);
    }

    private boolean admitted(ServiceRuntime service) {
        if (service.policy().limit() instanceof ConcurrencyLimit.Off || !service.hasAnother(List.of())) {
            // A request that waits for a backend, or is answered that there is none, loads no backend.
            return true;
        }
        ServiceLimit limit = context.limit(route.service());
        long now = context.loop().nanos();
        permit = limit.admit(route.priority().orElse(Priority.NORMAL), now);
        if (permit.isEmpty()) {
            // Spread, so that clients refused together do not come back together.
            retryAfterSeconds = 1 + context.random().nextInt(limit.retryWithin(now));
            parent.fail(Failure.OVERLOADED, "service " + route.service());
        }
        return permit.isPresent();
    }

    private void await(LoopLine before, boolean waits) {
        // A request that waits loads no backend: it is admitted again when it goes.
        release();
        if (waits) {
            line = Optional.of(before);
        } else {
            parent.fail(Failure.HOLD_FULL, "service " + route.service());
        }
    }

    @Override
    public void go() {
        line = Optional.empty();
        parent.guarded(() -> select(context.view().service(route.service())));
    }

    @Override
    public void gaveUp(Failure why) {
        line = Optional.empty();
        parent.fail(why, "service " + route.service() + context.view().service(route.service())
                .map(ServiceRuntime::unresolved).orElse(""));
    }

    /** Stops the search for a backend: nothing would end an attempt that begins beside an answer. */
    void stop() {
        if (line.isPresent()) {
            line.get().leave(this);
            line = Optional.empty();
        }
    }

    /** The request loads no backend any more, or as a tunnel only, which has limits of its own. */
    void release() {
        permit.ifPresent(Permit::end);
        permit = Optional.empty();
        stop();
    }

    /** The exchange has ended. */
    void endSlot() {
        slot.ifPresent(Slot::end);
        slot = Optional.empty();
    }
}
