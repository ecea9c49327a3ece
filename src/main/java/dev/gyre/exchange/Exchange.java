package dev.gyre.exchange;

import dev.gyre.exchange.ExchangeTable.Transition;
import dev.gyre.exchange.RequestHead.Expectation;
import dev.gyre.exchange.overload.Permit;
import dev.gyre.exchange.overload.ServiceLimit;
import dev.gyre.gate.Refused;
import dev.gyre.gate.Rule;
import dev.gyre.listener.ClientStream;
import dev.gyre.model.ConcurrencyLimit;
import dev.gyre.model.ExchangePhase;
import dev.gyre.model.Failure;
import dev.gyre.model.Failure.Side;
import dev.gyre.model.FinishedExchange;
import dev.gyre.model.FinishedExchange.Bytes;
import dev.gyre.model.FinishedExchange.End;
import dev.gyre.model.FinishedExchange.Times;
import dev.gyre.model.Outcome;
import dev.gyre.model.Priority;
import dev.gyre.model.Route;
import dev.gyre.upstream.BackendStream;
import dev.gyre.upstream.LoopLine;
import dev.gyre.upstream.LoopPool;
import dev.gyre.upstream.LoopView;
import dev.gyre.upstream.ServiceRuntime;
import dev.gyre.upstream.hold.Waiter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One request's whole life: gate, route, hold, admit, select, send, on failure decide retry, answer, end. It
 * begins in {@link #start}, and changes its state in {@link #fire} by {@link ExchangeTable} and nowhere else.
 * {@link Attempts} is the part of it that happens at the backends, {@link ExchangeClock} its time limits.
 * Used on one event loop.
 */
final class Exchange implements Attempts.Parent, RequestForwarder.Parent, ResponseForwarder.Parent,
        UploadLimits.Parent, ExchangeClock.Parent, ClientStream.Server, Waiter {

    private final LoopContext context;
    private final ClientStream client;
    private final ExchangeClock clock;
    private ExchangeState state = ExchangeState.SELECTING;
    private RequestHead head;
    private Optional<Route> route = Optional.empty();
    private Optional<RequestForwarder> body = Optional.empty();
    /** Null until the request has a route. */
    private Attempts attempts;
    private ResponseForwarder answer;
    /** The side that has let the client send its body. */
    private Expectation continued = Expectation.NONE;
    /** What the request failed by, if it did, and when. */
    private Optional<Failure> failure = Optional.empty();
    private ExchangePhase failedIn;
    /** For how long an answer of 503 asks the client to stay away. */
    private int retryAfterSeconds = 1;
    /** The line before its service that the request stands in. */
    private Optional<LoopLine> line = Optional.empty();
    /** To be one of the requests in flight; empty where the service does not limit them. */
    private Optional<Permit> permit = Optional.empty();

    Exchange(LoopContext context, ClientStream client) {
        this.context = context;
        this.client = client;
        this.clock = new ExchangeClock(this, context.loop(), client.begunNanos());
    }

    void start() {
        guarded(Exchange::begin);
    }

    /** Its callers, Vert.x, timers and pools, could not answer the client after a fault of Gyre's own. */
    private void guarded(Consumer<Exchange> step) {
        try {
            step.accept(this);
        } catch (RuntimeException e) {
            context.faulted(client, e);
            fail(Failure.INTERNAL, e.toString());
        }
    }

    private void begin() {
        client.servedBy(this);
        try {
            // First the gate: nothing ambiguous is routed, let alone forwarded.
            head = RequestHead.of(client, context.ambiguousPaths());
            if (context.isLoop(client.headers())) {
                throw Rule.LOOP.refused();
            }
        } catch (Refused e) {
            // Where this request ends cannot be known for certain, so nothing may follow it.
            UploadLimits rest = new UploadLimits(this, context, client, Optional.empty());
            body = Optional.of(new RequestForwarder(this, client, RequestLength.CHUNKED, rest));
            rest.refused(e);
            return;
        }
        // One read of the view, and all that follows from it is of that one view.
        LoopView view = context.view();
        route = view.routes().match(head.host(), head.path());
        if (head.hasBody()) {
            // Paused from here: the body stays with the client until a backend can take it.
            body = Optional.of(new RequestForwarder(this, client, head.length(),
                    new UploadLimits(this, context, client, route)));
        }
        if (head.asksNode()) {
            route = Optional.empty();
            endIfLast();
            client.options();
            answerOut();
        } else if (route.isEmpty()) {
            fail(Failure.NO_ROUTE, head.host() + head.target());
        } else if (body.map(RequestForwarder::allowed).orElse(true)) {
            attempts = new Attempts(this, clock, context, client, head, service());
            attempts.requested();
            select(view);
        }
    }

    // The state machine.

    /** The one place where the state changes. False when the event is ignored in the present state. */
    @Override
    public boolean fire(ExchangeEvent event) {
        Transition transition = ExchangeTable.of(state, event);
        if (transition.ignored()) {
            return false;
        }
        if (transition.enters()) {
            enter(transition.next(), event);
        }
        switch (transition.action()) {
            // What failed has its arguments: fail() goes on with them.
            case NOTHING, IGNORE, END_ATTEMPTS -> { }
            case RESTART_TIME -> clock.touch();
            case PLAN_HEDGE -> attempts.sent();
            case ANNOUNCE_LAST -> {
                endIfLast();
                client.announceLast();
            }
            case FLUSH_HEAD -> answer.flushHead();
            case JUDGE_SENDING -> {
                if (turn() == Side.CLIENT) {
                    fail(Failure.CLIENT_TIMEOUT, "");
                } else {
                    attempts.stuck(Failure.WRITE_TIMEOUT);
                }
            }
            case JUDGE_WAITING -> attempts.tooSlow();
            case JUDGE_ANSWERING -> fail(turn() == Side.CLIENT ? Failure.CLIENT_TIMEOUT
                    : Failure.RESPONSE_IDLE_TIMEOUT, "");
            case DISCARD_REQUEST -> {
                client.linger();
                body.ifPresent(RequestForwarder::discard);
            }
            case CLOSE_IF_LAST -> client.closeIfLast();
            case CLOSE -> client.close();
        }
        return true;
    }

    private void enter(ExchangeState next, ExchangeEvent event) {
        ExchangeState before = state;
        clock.left(before);
        state = next;
        switch (next) {
            case SELECTING -> {
                // Nothing is sent, and nothing more is read from the client.
                clock.pause();
                body.ifPresent(RequestForwarder::detach);
            }
            case SENDING, AWAITING, ANSWERING, LINGERING -> clock.restart();
            case DONE -> {
                Times times = clock.stop();
                body.ifPresent(RequestForwarder::over);
                context.finished(finished(times, before, event));
                client.finished();
            }
        }
    }

    private FinishedExchange finished(Times times, ExchangeState before, ExchangeEvent event) {
        Bytes bytes = new Bytes(body.isPresent() ? body.get().bytes() : 0,
                body.isPresent() ? body.get().passed() : 0, answer == null ? 0 : answer.received(),
                client.bytesSent());
        return new FinishedExchange(client.peer(), client.port(),
                Optional.of(RequestHead.asked(client, head)), route,
                attempts == null ? List.of() : attempts.finished(), times, bytes,
                failure.isPresent() ? End.failed(client.statusSent(), failure.get(), failedIn)
                        : End.answered(client.statusSent(), event.cutOffBy(), before.phase()));
    }

    @Override
    public ExchangeState state() {
        return state;
    }

    @Override
    public boolean unanswered() {
        return !ExchangeTable.of(state, ExchangeEvent.ANSWER_BEGAN).ignored();
    }

    // The choice of a backend: admission to the service, once, and a backend for each attempt.

    private String service() {
        return route.get().service();
    }

    @Override
    public void select() {
        guarded(exchange -> exchange.select(exchange.context.view()));
    }

    /** Chooses a backend for the next attempt, now or when the service is no longer held. */
    private void select(LoopView view) {
        Optional<ServiceRuntime> service = view.service(service());
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
            attempts.start(service.get(), backend.get(), permit);
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

    private boolean admitted(ServiceRuntime service) {
        if (service.policy().limit() instanceof ConcurrencyLimit.Off || !service.hasAnother(List.of())) {
            // A request that waits for a backend, or is answered that there is none, loads no backend.
            return true;
        }
        ServiceLimit limit = context.limit(service());
        long now = context.loop().nanos();
        permit = limit.admit(route.get().priority().orElse(Priority.NORMAL), now);
        if (permit.isEmpty()) {
            // Spread, so that clients refused together do not come back together.
            retryAfterSeconds = 1 + context.random().nextInt(limit.retryWithin(now));
            fail(Failure.OVERLOADED, "service " + service());
        }
        return permit.isPresent();
    }

    private void await(LoopLine before, boolean waits) {
        // A request that waits loads no backend: it is admitted again when it goes.
        release();
        if (waits) {
            line = Optional.of(before);
        } else {
            fail(Failure.HOLD_FULL, "service " + service());
        }
    }

    @Override
    public void go() {
        line = Optional.empty();
        guarded(exchange -> exchange.select(exchange.context.view().service(exchange.service())));
    }

    @Override
    public void gaveUp(Failure why) {
        line = Optional.empty();
        fail(why, "service " + service() + context.view().service(service())
                .map(ServiceRuntime::unresolved).orElse(""));
    }

    @Override
    public void selectNoMore() {
        if (line.isPresent()) {
            line.get().leave(this);
            line = Optional.empty();
        }
    }

    private void release() {
        permit.ifPresent(Permit::end);
        permit = Optional.empty();
        selectNoMore();
    }

    // The way to the backend.

    @Override
    public void writeHead(Attempt by, String host, BackendStream outgoing) {
        if (attempts.isCurrent(by)) {
            fire(ExchangeEvent.HEAD_WRITTEN);
        }
        context.toBackend().write(client, head, host, outgoing.headers());
        if (body.isPresent()) {
            if (head.expectation() == Expectation.OF_NODE && continued == Expectation.NONE) {
                // The client waits for this node, and not for a backend.
                sendContinue();
            }
            body.get().sendTo(outgoing, head.expectsContinue());
        } else {
            outgoing.end();
            if (attempts.isCurrent(by)) {
                fire(ExchangeEvent.REQUEST_SENT);
            } else {
                by.sent(context.loop().nanos());
            }
        }
    }

    @Override
    public void relayContinue(Attempt by) {
        if (!continuedByBackend()) {
            sendContinue();
            if (attempts.isCurrent(by)) {
                fire(ExchangeEvent.CONTINUE_RECEIVED);
            }
        }
    }

    private void sendContinue() {
        continued = head.expectation();
        client.sendContinue();
    }

    @Override
    public boolean continuedByBackend() {
        return continued == Expectation.OF_BACKEND;
    }

    @Override
    public boolean awaitsContinue() {
        return head != null && head.expectation() != Expectation.NONE && continued == Expectation.NONE
                && body.map(RequestForwarder::untouched).orElse(false);
    }

    @Override
    public boolean awaitsClient(Attempt by) {
        return state == ExchangeState.SENDING && attempts.isCurrent(by) && turn() == Side.CLIENT;
    }

    /**
     * The side whose turn it is. That side alone is to blame for a timeout: a backend is charged only with
     * what happens while it has the turn.
     */
    private Side turn() {
        boolean bodyAwaited = body.map(RequestForwarder::awaited).orElse(false);
        return switch (state) {
            case SELECTING -> Side.NODE;
            case SENDING -> bodyAwaited ? Side.CLIENT : Side.BACKEND;
            case AWAITING -> Side.BACKEND;
            // An answer may begin before the request is out, and go on only as more of that comes.
            case ANSWERING -> bodyAwaited || answer.blocked() ? Side.CLIENT : Side.BACKEND;
            case LINGERING, DONE -> Side.CLIENT;
        };
    }

    private Side fault(Failure failure) {
        boolean others = switch (failure) {
            // Waits of all sorts may have led to it.
            case REQUEST_TIMEOUT -> state == ExchangeState.ANSWERING || turn() != Side.BACKEND
                    || !clock.mostOfRequestInState();
            // A backend gives up a client that takes its answer too slowly, and is heard of it later.
            case RESPONSE_INCOMPLETE -> turn() == Side.CLIENT || answer.heldBack();
            default -> false;
        };
        if (!others) {
            return failure.side();
        }
        // No client makes a request wait in Gyre's own queue.
        return turn() == Side.NODE ? Side.NODE : Side.CLIENT;
    }

    // The way back to the client.

    @Override
    public void answerBegan(BackendStream stream) {
        body.ifPresent(RequestForwarder::forget);
        ResponseForwarder begun = new ResponseForwarder(this, stream, client, context.toClient());
        try {
            begun.begin();
        } catch (IllegalArgumentException e) {
            fail(context.invalid(e, attempts.backend()), e.getMessage());
            return;
        }
        answer = begun;
        attempts.bind();
        fire(ExchangeEvent.ANSWER_BEGAN);
    }

    @Override
    public void answerBroke(Throwable cause) {
        if (state == ExchangeState.ANSWERING) {
            fail(context.lost(cause, Failure.RESPONSE_INCOMPLETE, attempts.backend()), cause.getMessage());
        }
    }

    @Override
    public void answered() {
        if (state == ExchangeState.ANSWERING) {
            // A backend that answers before it has the whole request leaves the rest of it on the connection.
            attempts.succeeded(answer.status(), body.map(RequestForwarder::sent).orElse(true));
            release();
            answerOut();
        }
    }

    @Override
    public void reject(Failure failure, String details) {
        client.last();
        fail(failure, details);
    }

    @Override
    public void fail(Failure failure, String details) {
        if (!fire(ExchangeEvent.FAILED)) {
            return;
        }
        context.failures().report(failure,
                attempts == null ? Optional.empty() : attempts.backendId(), details);
        Side fault = fault(failure);
        if (answer != null) {
            answer.drop();
        }
        if (attempts != null) {
            attempts.end(new Outcome.Failed(failure, fault));
        }
        refuse(failure);
    }

    @Override
    public void clientGone() {
        fail(Failure.CLIENT_GONE, "");
        fire(ExchangeEvent.CLIENT_LEFT);
    }

    @Override
    public void refuse(Failure cause) {
        release();
        failure = Optional.of(cause == Failure.CLIENT_GONE ? client.lost() : cause);
        failedIn = head == null ? ExchangePhase.HEAD : state.phase();
        if (cause == Failure.CLIENT_GONE || client.ended()) {
            fire(ExchangeEvent.CUT_OFF);
        } else if (client.headSent()) {
            boolean wouldLookComplete = answer.endsByClose();
            fire(ExchangeEvent.CUT_OFF);
            client.breakOff(cause, wouldLookComplete);
        } else {
            if (cause == Failure.CLIENT_TIMEOUT) {
                client.last();
            }
            endIfLast();
            client.problem(cause, retryAfterSeconds);
            answerOut();
        }
    }

    private void answerOut() {
        boolean allIn = body.map(RequestForwarder::received).orElse(true);
        fire(allIn ? ExchangeEvent.COMPLETED : ExchangeEvent.ANSWERED_EARLY);
    }

    private void endIfLast() {
        if (context.stopping() || client.spent() || awaitsContinue()) {
            client.last();
        }
    }

    @Override
    public void touch() {
        clock.touch();
    }

    @Override
    public Optional<RequestForwarder> body() {
        return body;
    }

    @Override
    public boolean keeps(long bytes) {
        return attempts.keeps(bytes);
    }

    @Override
    public void later(Runnable task) {
        context.loop().executeLater(task);
    }
}
