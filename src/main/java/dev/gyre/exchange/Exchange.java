package dev.gyre.exchange;

import dev.gyre.gate.Refused;
import dev.gyre.gate.Rule;
import dev.gyre.listener.ClientConnection;
import dev.gyre.model.Failure;
import dev.gyre.model.Failure.Side;
import dev.gyre.model.Outcome;
import dev.gyre.model.Route;
import dev.gyre.upstream.Lease;
import dev.gyre.upstream.LoopView;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.util.Optional;

/**
 * The walk of one request: gate, route, admit, pick, send, on failure decide retry, answer, end. It begins
 * in {@link #start}; every way out goes through {@link #answered} or {@link #refuse}, so that the client is
 * answered exactly once. {@link Attempts} is the part of it that happens at the backends.
 */
final class Exchange {

    enum Phase { CHOOSING, SENDING, AWAITING, ANSWERING, LINGERING, DONE }

    private final ProxyLoop proxy;
    private final HttpServerRequest request;
    private final ClientConnection client;
    private final WalkClock clock;
    private final ClientEnd end;
    private Phase phase = Phase.CHOOSING;
    private RequestHead head;
    private Optional<RequestForwarder> body = Optional.empty();
    /** Null until the request has a route. */
    private Attempts attempts;
    private ResponseForwarder answer;
    private boolean invited;

    Exchange(ProxyLoop proxy, HttpServerRequest request, ClientConnection client) {
        this.proxy = proxy;
        this.request = request;
        this.client = client;
        this.clock = new WalkClock(this, proxy.loop());
        this.end = new ClientEnd(request, client);
    }

    void start() {
        client.busy();
        if (request.version() == HttpVersion.HTTP_1_0) {
            client.speakOwnVersion();
        }
        request.response().closeHandler(v -> fail(Failure.CLIENT_GONE, ""));
        try {
            // First the gate: nothing ambiguous is routed, let alone forwarded.
            head = RequestHead.of(request, proxy.ambiguousPaths());
            if (proxy.isLoop(request)) {
                throw Rule.LOOP.refused();
            }
        } catch (Refused e) {
            // Where this request ends cannot be known for certain, so nothing may follow it.
            UploadLimits rest = new UploadLimits(this, proxy, client, Optional.empty());
            body = Optional.of(new RequestForwarder(this, request, RequestHead.CHUNKED, rest));
            rest.refused(e);
            return;
        }
        // One read of the view, and all that follows from it is of that one view.
        LoopView view = proxy.view();
        Optional<Route> route = view.routes().match(head.host(), head.path());
        if (head.hasBody()) {
            // Paused from here: the body stays with the client until a backend can take it.
            body = Optional.of(new RequestForwarder(this, request, head.length(),
                    new UploadLimits(this, proxy, client, route)));
        }
        if (head.asksNode()) {
            endIfLast();
            end.options();
            finish();
        } else if (route.isEmpty()) {
            fail(Failure.NO_ROUTE, head.host() + head.target());
        } else if (body.map(RequestForwarder::allowed).orElse(true)) {
            attempts = new Attempts(this, clock, proxy, request, head, route.get());
            attempts.first(view);
        }
    }

    /** Lets a client that waits for this node, and not for a backend, send its body. */
    private void invite() {
        if (head.expectation() == RequestHead.Expectation.OF_NODE && !invited) {
            invited = true;
            request.response().writeContinue();
        }
    }

    /** The backend's connection stands: writes the request's head and begins with its body. */
    void writeHead(Attempt by, String host, HttpClientRequest outgoing) {
        if (attempts.isCurrent(by)) {
            enter(Phase.SENDING);
        }
        proxy.toBackend().write(client.peer(), request.headers(), request.version(), head, host,
                outgoing.headers());
        if (body.isPresent()) {
            invite();
            body.get().sendTo(outgoing, head.expectsContinue());
        } else {
            outgoing.end();
            if (attempts.isCurrent(by)) {
                requestSent();
            } else {
                by.sent(proxy.loop().nanos());
            }
        }
    }

    /** What has been sent went to a connection that was closed already. */
    void sendingAgain(Attempt by) {
        if (attempts.isCurrent(by)) {
            // It may have to wait for another connection, which has limits of its own.
            pause();
        }
    }

    /** The try beside the one that ran until now goes on alone. */
    void goesOn(Attempt alone) {
        if (alone.isOut()) {
            enter(Phase.AWAITING);
        } else {
            pause();
        }
    }

    /** The backend wants the body. */
    void continued(Attempt by) {
        if (attempts.isCurrent(by) && phase == Phase.SENDING) {
            touch();
        }
    }

    /** Between two attempts: nothing is sent, and nothing more is read from the client. */
    void pause() {
        phase = Phase.CHOOSING;
        clock.pause();
        body.ifPresent(RequestForwarder::detach);
    }

    /** The request is out to its last byte; now the backend is to answer. */
    void requestSent() {
        if (phase == Phase.SENDING) {
            enter(Phase.AWAITING);
            attempts.sent();
        }
    }

    /** No backend's answer has been chosen for the client, nor one of Gyre's own. */
    boolean unanswered() {
        return phase == Phase.CHOOSING || phase == Phase.SENDING || phase == Phase.AWAITING;
    }

    /** This try has sent all that has come of the request, and its backend waits for the rest. */
    boolean awaitsClient(Attempt by) {
        return phase == Phase.SENDING && attempts.isCurrent(by) && turn() == Side.CLIENT;
    }

    /**
     * Whose turn it is. Who lets his turn pass is to blame for it, and nobody else: a backend is charged with
     * what happens while it has the turn.
     */
    private Side turn() {
        boolean bodyAwaited = body.map(RequestForwarder::awaited).orElse(false);
        return switch (phase) {
            case CHOOSING -> Side.NODE;
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
            case REQUEST_TIMEOUT -> phase == Phase.ANSWERING || turn() != Side.BACKEND
                    || !clock.mostOfRequestInPhase();
            // A backend gives up a client that takes its answer too slowly, and is heard of it later.
            case RESPONSE_INCOMPLETE -> turn() == Side.CLIENT || answer.heldBack();
            default -> false;
        };
        return failure.side() != Side.BACKEND || !others ? failure.side() : Side.CLIENT;
    }

    /** This is the answer; the request will not be sent again. */
    void answerBegan(HttpClientResponse response, Lease lease) {
        body.ifPresent(RequestForwarder::forget);
        ResponseForwarder begun = new ResponseForwarder(this, response, lease, request, proxy.toClient());
        try {
            begun.begin();
        } catch (IllegalArgumentException e) {
            fail(proxy.invalid(e, attempts.backend()), e.getMessage());
            return;
        }
        answer = begun;
        attempts.bind();
        enter(Phase.ANSWERING);
        endIfLast();
        end.announce();
    }

    /** Nobody can tell whether the body will still come after an answer (RFC 9110, section 10.1.1). */
    boolean awaitsContinue() {
        if (head != null && head.expectation() == RequestHead.Expectation.OF_NODE) {
            return body.isPresent() && !invited;
        }
        return attempts == null ? head != null && head.expectsContinue() && body.isPresent()
                : attempts.awaitsContinue();
    }

    /** The event loop has read what had come from the backend. */
    void readComplete() {
        if (phase == Phase.ANSWERING) {
            answer.flushHead();
        }
    }

    void answerBroke(Throwable cause) {
        if (phase == Phase.ANSWERING) {
            fail(proxy.lost(cause, Failure.RESPONSE_INCOMPLETE, attempts.backend()), cause.getMessage());
        }
    }

    /** The answer went through to its last byte. */
    void answered() {
        if (phase == Phase.ANSWERING) {
            // A backend that answers before it has the whole request leaves the rest of it on the connection.
            attempts.succeeded(answer.status(), body.map(RequestForwarder::sent).orElse(true));
            finish();
        }
    }

    /** Nothing may follow this request on its connection. */
    void reject(Failure failure, String details) {
        end.last();
        fail(failure, details);
    }

    /** The request as a whole has failed, whatever is tried. */
    void fail(Failure failure, String details) {
        if (phase == Phase.DONE || phase == Phase.LINGERING) {
            return;
        }
        proxy.failures().report(failure, attempts == null ? "" : attempts.backend(), details);
        Side fault = fault(failure);
        if (answer != null) {
            answer.drop();
        }
        if (attempts != null) {
            attempts.end(new Outcome.Failed(failure, fault));
        }
        refuse(failure);
    }

    /** The way out without a backend's answer; no try runs any more. */
    void refuse(Failure failure) {
        HttpServerResponse response = request.response();
        if (failure == Failure.CLIENT_GONE || response.ended()) {
            done();
        } else if (response.headWritten()) {
            boolean wouldLookComplete = answer.endsByClose();
            done();
            end.breakOff(failure, wouldLookComplete);
        } else {
            if (failure == Failure.CLIENT_TIMEOUT) {
                end.last();
            }
            endIfLast();
            end.problem(failure);
            finish();
        }
    }

    /** The answer is out. What the client still sends of its request is read and thrown away, for a while. */
    private void finish() {
        if (body.isPresent() && !body.get().received()) {
            enter(Phase.LINGERING);
            end.linger();
            body.get().discard();
        } else {
            done();
            end.done();
        }
    }

    /** The request has come in to its last byte. */
    void requestReceived() {
        if (phase == Phase.LINGERING) {
            finish();
        }
    }

    private void done() {
        phase = Phase.DONE;
        clock.stop();
        body.ifPresent(RequestForwarder::over);
        client.idle();
    }

    private void endIfLast() {
        if (proxy.stopping() || client.spent() || awaitsContinue()) {
            end.last();
        }
    }

    private void enter(Phase next) {
        phase = next;
        clock.restart(next);
    }

    /** Something has moved, in either direction. */
    void touch() {
        clock.touch();
    }

    /** Nothing has moved for as long as the phase allows; while an answer is awaited, for a while. */
    void stalled() {
        switch (phase) {
            case SENDING -> {
                if (turn() == Side.CLIENT) {
                    fail(Failure.CLIENT_TIMEOUT, "");
                } else {
                    attempts.stuck(Failure.WRITE_TIMEOUT);
                }
            }
            case AWAITING -> attempts.tooSlow();
            case ANSWERING -> fail(turn() == Side.CLIENT ? Failure.CLIENT_TIMEOUT
                    : Failure.RESPONSE_IDLE_TIMEOUT, "");
            case LINGERING -> {
                done();
                client.close();
            }
        }
    }

    ClientConnection client() {
        return client;
    }

    ToClient toClient() {
        return proxy.toClient();
    }

    ClientEnd end() {
        return end;
    }

    Optional<RequestForwarder> body() {
        return body;
    }

    /** A body of so many bytes may have to be sent again. */
    boolean keeps(long bytes) {
        return attempts.keeps(bytes);
    }

    void later(Runnable task) {
        proxy.loop().executeLater(task);
    }
}
