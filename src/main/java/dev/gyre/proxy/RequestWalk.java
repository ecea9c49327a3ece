package dev.gyre.proxy;

import dev.gyre.model.Failure;
import dev.gyre.model.Outcome;
import dev.gyre.model.Route;
import dev.gyre.model.Service;
import dev.gyre.pool.LoopPool;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Optional;

/**
 * The walk of one request: gate, route, pick, send, answer, end. It begins in {@link #start}; every way out
 * goes through {@link #answered} or {@link #fail}, so that the client is answered and the backend released
 * exactly once.
 */
final class RequestWalk {

    enum Phase { CHOOSING, SENDING, AWAITING, ANSWERING, LINGERING, DONE }

    private final ProxyLoop proxy;
    private final HttpServerRequest request;
    private final ClientConnection client;
    private final WalkClock clock;
    private Phase phase = Phase.CHOOSING;
    private RequestHead head;
    private Optional<RequestBody> body = Optional.empty();
    private Service service;
    private Attempt attempt;
    private BackendAnswer answer;
    private boolean closeAfterwards;

    RequestWalk(ProxyLoop proxy, HttpServerRequest request, ClientConnection client) {
        this.proxy = proxy;
        this.request = request;
        this.client = client;
        this.clock = new WalkClock(this, proxy.loop());
    }

    void start() {
        client.busy();
        request.response().closeHandler(v -> fail(Failure.CLIENT_GONE, ""));
        try {
            // First the gate: nothing ambiguous is routed, let alone forwarded.
            head = RequestHead.of(request);
        } catch (RequestHead.Rejected e) {
            // Where this request ends cannot be known for certain, so nothing may follow it.
            body = Optional.of(new RequestBody(this, request, RequestHead.CHUNKED,
                    new Upload(this, proxy, client, Optional.empty())));
            refuse(e.failure(), e.getMessage());
            return;
        }
        // One read of the view, and all that follows from it is of that one view.
        LoopView view = proxy.view();
        Optional<Route> route = view.routes().match(head.host(), head.target());
        if (head.hasBody()) {
            // Paused from here: the body stays with the client until a backend can take it.
            body = Optional.of(new RequestBody(this, request, head.length(),
                    new Upload(this, proxy, client, route)));
        }
        if (route.isEmpty()) {
            fail(Failure.NO_ROUTE, head.host() + head.target());
        } else if (body.map(RequestBody::allowed).orElse(true)) {
            choose(view, route.get().service());
        }
    }

    private void choose(LoopView view, String serviceName) {
        Optional<LiveService> live = view.service(serviceName);
        Optional<LoopPool> backend = live.flatMap(LiveService::pick);
        if (backend.isEmpty()) {
            fail(Failure.NO_BACKEND, "service " + serviceName);
            return;
        }
        service = live.get().service();
        clock.start(service.policy().timeouts());
        attempt = new Attempt(this, request, head, service.policy().host());
        attempt.start(backend.get());
    }

    /** The backend left the rotation while this request waited for it: the one case for a second look. */
    void chooseAgain() {
        choose(proxy.view(), service.name());
    }

    /** The backend's connection stands: writes the request's head and begins with its body. */
    void writeHead(String host, HttpClientRequest outgoing) {
        enter(Phase.SENDING);
        proxy.toBackend().write(client, request.headers(), head, host, outgoing.headers());
        if (body.isPresent()) {
            body.get().sendTo(outgoing, head.expectsContinue());
        } else {
            outgoing.end();
            requestSent();
        }
    }

    /** What has been sent went to a connection that was closed already. */
    void sendingAgain() {
        enter(Phase.SENDING);
        body.ifPresent(RequestBody::detach);
    }

    /** The request is out to its last byte; now the backend is to answer. */
    void requestSent() {
        if (phase == Phase.SENDING) {
            enter(Phase.AWAITING);
        }
    }

    void answerBegan(HttpClientResponse response) {
        if (phase != Phase.SENDING && phase != Phase.AWAITING) {
            return;
        }
        BackendAnswer begun = new BackendAnswer(this, response, request);
        try {
            begun.begin();
        } catch (IllegalArgumentException e) {
            fail(Failure.RESPONSE_INVALID, e.getMessage());
            return;
        }
        answer = begun;
        enter(Phase.ANSWERING);
        if (awaitsContinue()) {
            closeAfterwards();
        }
        announceClose();
    }

    /** Nobody can tell whether the body will still come after an answer (RFC 9110, section 10.1.1). */
    boolean awaitsContinue() {
        return attempt == null
                ? head != null && head.expectsContinue() && body.isPresent() : attempt.awaitsContinue();
    }

    /** The event loop has read what had come from the backend. */
    void readComplete() {
        if (phase == Phase.ANSWERING) {
            answer.flushHead();
        }
    }

    /** A part of the answer waits until the client takes it. */
    boolean holdsBack() {
        return phase == Phase.ANSWERING && answer.blocked();
    }

    void caughtUp() {
        attempt.caughtUp();
    }

    void answerBroke(Throwable cause) {
        if (phase == Phase.ANSWERING) {
            fail(Attempt.isBreak(cause) ? Failure.RESPONSE_INCOMPLETE : Failure.RESPONSE_INVALID,
                    cause.getMessage());
        }
    }

    /** The answer went through to its last byte. */
    void answered() {
        if (phase == Phase.ANSWERING) {
            // A backend that answers before it has the whole request leaves the rest of it on the connection.
            attempt.end(new Outcome.Answered(answer.status()), body.map(RequestBody::sent).orElse(true));
            finish();
        }
    }

    /** Nothing may follow this request on its connection. */
    void refuse(Failure failure, String details) {
        closeAfterwards();
        fail(failure, details);
    }

    void fail(Failure failure, String details) {
        if (phase == Phase.DONE || phase == Phase.LINGERING) {
            return;
        }
        proxy.failures().report(failure, attempt == null ? "" : attempt.backend().toString(), details);
        if (attempt != null) {
            attempt.end(new Outcome.Failed(failure), false);
        }
        HttpServerResponse response = request.response();
        if (failure == Failure.CLIENT_GONE || response.ended()) {
            done();
        } else if (response.headWritten()) {
            breakOff(failure);
        } else {
            Buffer problem = OwnAnswer.prepare(failure, response);
            if (failure == Failure.CLIENT_TIMEOUT || awaitsContinue()) {
                closeAfterwards();
            }
            announceClose();
            response.end(problem);
            finish();
        }
    }

    /** Part of the answer is out: only a broken connection says that the rest will never come. */
    private void breakOff(Failure failure) {
        boolean wouldLookComplete = answer.endsByClose();
        done();
        if (wouldLookComplete || failure == Failure.CLIENT_TIMEOUT) {
            client.reset();
        } else {
            client.close();
        }
    }

    /** The answer is out. What the client still sends of its request is read and thrown away, for a while. */
    private void finish() {
        if (body.isPresent() && !body.get().received()) {
            enter(Phase.LINGERING);
            if (closeAfterwards) {
                client.endAnswers();
            }
            body.get().discard();
        } else {
            done();
            if (closeAfterwards) {
                client.close();
            }
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
        body.ifPresent(RequestBody::over);
        client.idle();
    }

    void closeAfterwards() {
        closeAfterwards = true;
    }

    /** Says in the head of the answer that the connection ends with it. */
    private void announceClose() {
        if (proxy.stopping() || client.spent()) {
            closeAfterwards();
        }
        if (closeAfterwards) {
            client.endWithAnswerTo(request);
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

    void wholeRequestTookTooLong() {
        fail(Failure.REQUEST_TIMEOUT, "");
    }

    /** Nothing has moved for as long as the present phase allows. */
    void stalled() {
        switch (phase) {
            case SENDING -> fail(awaitsContinue() ? Failure.FIRST_BYTE_TIMEOUT
                    : body.map(RequestBody::blocked).orElse(true) ? Failure.WRITE_TIMEOUT
                    : Failure.CLIENT_TIMEOUT, "");
            case AWAITING -> fail(Failure.FIRST_BYTE_TIMEOUT, "");
            case ANSWERING ->
                    fail(answer.blocked() ? Failure.CLIENT_TIMEOUT : Failure.RESPONSE_IDLE_TIMEOUT, "");
            case LINGERING -> {
                done();
                client.close();
            }
            default -> { }
        }
    }

    Optional<RequestBody> body() {
        return body;
    }

    boolean mayReplay() {
        return attempt.mayReplay();
    }

    void later(Runnable task) {
        proxy.loop().executeLater(task);
    }
}
