package dev.gyre.exchange;

import dev.gyre.exchange.ExchangeTable.Transition;
import dev.gyre.exchange.RequestHead.Expectation;
import dev.gyre.gate.Refused;
import dev.gyre.gate.Rule;
import dev.gyre.listener.ClientStream;
import dev.gyre.model.ExchangePhase;
import dev.gyre.model.Failure;
import dev.gyre.model.Failure.Side;
import dev.gyre.model.FinishedExchange;
import dev.gyre.model.FinishedExchange.Bytes;
import dev.gyre.model.FinishedExchange.End;
import dev.gyre.model.FinishedExchange.Times;
import dev.gyre.model.Outcome;
import dev.gyre.model.Route;
import dev.gyre.upstream.BackendStream;
import dev.gyre.upstream.LoopView;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.Optional;

/**
 * One request's whole life: gate, route, hold, admit, select, send, on failure decide retry, answer, end. It
 * begins in {@link #start}, and changes its state in {@link #fire} by {@link ExchangeTable} and nowhere else.
 * {@link Attempts} is the part of it that happens at the backends, {@link ExchangeClock} its time limits.
 * Used on one event loop.
 */
final class Exchange implements Attempts.Parent, RequestForwarder.Parent, ResponseForwarder.Parent,
        UploadLimits.Parent, ExchangeClock.Parent, Selection.Parent, Tunnel.Parent, ClientStream.Server {

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
    /** Null until the request has a route. */
    private Selection selection;
    /** The other protocol that it asks for. */
    private Optional<Upgrade> upgrade = Optional.empty();
    /** Null until a backend has switched to that. */
    private Tunnel tunnel;

    Exchange(LoopContext context, ClientStream client) {
        this.context = context;
        this.client = client;
        this.clock = new ExchangeClock(this, context.loop(), client.begunNanos());
    }

    void start() {
        guarded(this::begin);
    }

    /** Its callers, Vert.x, timers and pools, could not answer the client after a fault of Gyre's own. */
    @Override
    public void guarded(Runnable step) {
        try {
            step.run();
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
            UploadLimits rest = rest();
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
            toService(route.get(), view);
        }
    }

    private void toService(Route to, LoopView view) {
        attempts = new Attempts(this, clock, context, client, head, to.service());
        attempts.requested();
        selection = new Selection(this, context, to, clock, attempts);
        upgrade = Upgrade.of(client.headers(), client.version(), view, to.service());
        if (upgrade.isPresent()) {
            client.upgrades(() -> rest().refused(Rule.SENT_AHEAD.refused()));
        }
        if (state == ExchangeState.SELECTING) {
            selection.select(view);
        }
    }

    private UploadLimits rest() {
        return new UploadLimits(this, context, client, Optional.empty());
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
            case TUNNELLING -> clock.rest();
            case DONE -> {
                Times times = clock.stop();
                body.ifPresent(RequestForwarder::over);
                if (selection != null) {
                    selection.endSlot();
                }
                context.finished(finished(times, before, event));
                client.finished();
            }
        }
    }

    private FinishedExchange finished(Times times, ExchangeState before, ExchangeEvent event) {
        long up = tunnel == null ? 0 : tunnel.toBackend();
        long down = tunnel == null ? 0 : tunnel.toClient();
        Bytes bytes = new Bytes(up + (body.isPresent() ? body.get().bytes() : 0),
                up + (body.isPresent() ? body.get().passed() : 0),
                down + (answer == null ? 0 : answer.received()), down + client.bytesSent());
        return new FinishedExchange(client.peer(), client.port(),
                Optional.of(RequestHead.asked(client, head)), route,
                attempts == null ? List.of() : attempts.finished(), times, bytes,
                tunnel != null ? End.tunnelled(client.statusSent(), tunnel.why())
                        : failure.isPresent() ? End.failed(client.statusSent(), failure.get(), failedIn)
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

    @Override
    public void select() {
        guarded(() -> selection.select(context.view()));
    }

    @Override
    public void selectNoMore() {
        selection.stop();
    }

    // The way to the backend.

    @Override
    public void writeHead(Attempt by, String host, BackendStream outgoing) {
        if (attempts.isCurrent(by)) {
            fire(ExchangeEvent.HEAD_WRITTEN);
        }
        context.toBackend().write(client, head, host, outgoing.headers());
        if (upgrade.isPresent()) {
            upgrade.get().ask(outgoing);
        }
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
            case TUNNELLING, LINGERING, DONE -> Side.CLIENT;
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
        if (stream.status() == HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
            switchProtocols(stream);
            return;
        }
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

    private void switchProtocols(BackendStream stream) {
        Optional<String> protocol = upgrade.flatMap(asked -> asked.chosen(stream.fields()));
        if (protocol.isEmpty() || !fire(ExchangeEvent.SWITCHED)) {
            Refused broken = Rule.SWITCHED.refused();
            fail(context.invalid(broken, attempts.backend()), broken.rule().reason());
            return;
        }
        attempts.bind();
        selection.release();
        tunnel = new Tunnel(this, context, client, context.tunnels(route.get().service()),
                attempts.backendId().get());
        tunnel.begin(protocol.get(), stream, attempts.tunnels());
    }

    @Override
    public void tunnelEnded() {
        attempts.succeeded(client.statusSent(), false);
        fire(ExchangeEvent.TUNNEL_ENDED);
    }

    @Override
    public boolean upgrades() {
        return upgrade.isPresent();
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
            selection.release();
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
        if (selection != null) {
            selection.release();
        }
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
            client.problem(cause, selection == null ? 1 : selection.retryAfterSeconds());
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
