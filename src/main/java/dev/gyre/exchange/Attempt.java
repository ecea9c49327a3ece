package dev.gyre.exchange;

import dev.gyre.exchange.overload.Permit;
import dev.gyre.listener.ClientStream;
import dev.gyre.model.BackendId;
import dev.gyre.model.Failure;
import dev.gyre.model.FinishedAttempt;
import dev.gyre.model.FinishedAttempt.Reason;
import dev.gyre.model.HostHeader;
import dev.gyre.model.Outcome;
import dev.gyre.upstream.BackendStream;
import dev.gyre.upstream.Lease;
import dev.gyre.upstream.LeaseHolder;
import dev.gyre.upstream.LoopPool;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpVersion;
import java.util.Optional;

/**
 * One attempt of a request at one backend: from the lease over the connection to the head of the answer. When
 * the backend turns out to have closed the connection before the request came, the attempt sends it once
 * more on a fresh one.
 */
final class Attempt implements LeaseHolder, BackendStream.Asker {

    /** All attempts of the request: hears what comes of this one, and decides what follows. */
    interface Parent {

        LoopContext context();

        ClientStream client();

        /** The attempt whose connection, timeouts and end are the request's. */
        boolean isCurrent(Attempt attempt);

        /** The backend left the rotation while this attempt waited for it. */
        void moved(Attempt by);

        /** The head of an answer has come. */
        void answered(Attempt by, BackendStream answer);

        /** An attempt has come to nothing: another takes its place, or its failure is the answer. */
        void failed(Attempt by, Failure failure, String details);

        /** The backend broke the connection off while it waited for the client. */
        void abandoned(Attempt by, Failure failure, String details);

        /** One of them has given up its hold on its backend. */
        void ended(FinishedAttempt attempt);
    }

    /**
     * The request that is sent; hears of {@link ExchangeEvent#ATTEMPT_ENDED} and
     * {@link ExchangeEvent#BACKEND_READ}.
     */
    interface RequestToSend {

        boolean fire(ExchangeEvent event);

        Optional<RequestForwarder> body();

        /** It asks for another protocol. */
        boolean upgrades();

        /** The backend's connection stands: writes the request's head and begins with its body. */
        void writeHead(Attempt by, String host, BackendStream outgoing);

        /** A backend wants the body. */
        void relayContinue(Attempt by);

        /** A 100 (Continue) of a backend has been passed on. */
        boolean continuedByBackend();

        /** This attempt has sent all that has come of the request, and its backend waits for the rest. */
        boolean awaitsClient(Attempt by);
    }

    private final Parent parent;
    private final RequestToSend request;
    private final ClientStream client;
    private final RequestHead head;
    private final HostHeader host;
    private final Optional<Permit> permit;
    private LoopPool pool;
    private Lease lease;
    private BackendStream outgoing;
    private boolean ended;
    private boolean hinted;
    private boolean replayed;
    private boolean out;
    private boolean early;
    private final Reason reason;
    private long answeredNanos;

    /** @param permit that hears what comes of it; empty for an attempt beside another, and without a limit */
    Attempt(Parent parent, RequestToSend request, Reason reason, RequestHead head, HostHeader host,
            Optional<Permit> permit) {
        this.parent = parent;
        this.request = request;
        this.client = parent.client();
        this.reason = reason;
        this.head = head;
        this.host = host;
        this.permit = permit;
    }

    /** From here on the request counts as in flight on this backend, so that a drain waits for it. */
    void start(LoopPool backend) {
        pool = backend;
        lease = backend.lease(this);
        if (request.upgrades()) {
            // It can be sent once only, and the connection is lost to HTTP if all goes well.
            lease.acquireNew();
        } else {
            lease.acquire();
        }
    }

    BackendId backend() {
        return lease.backend();
    }

    LoopPool pool() {
        return pool;
    }

    @Override
    public void refused(Failure failure, String details) {
        parent.failed(this, failure, details);
    }

    @Override
    public void moved() {
        if (!ended) {
            end(new Outcome.Moved(), false);
            parent.moved(this);
        }
    }

    @Override
    public void readComplete() {
        if (!ended) {
            request.fire(ExchangeEvent.BACKEND_READ);
        }
    }

    @Override
    public void connected(boolean reused) {
        if (reused && !idempotent()) {
            // This request cannot be sent twice. If the backend has just closed the connection, the event
            // loop may hold that news already: let it come first.
            parent.context().loop().executeLater(this::send);
        } else {
            send();
        }
    }

    private void send() {
        if (!ended) {
            lease.open(client.method(), head.target());
        }
    }

    @Override
    public void opened(BackendStream stream) {
        if (ended) {
            stream.reset();
            return;
        }
        outgoing = stream;
        outgoing.whenAnswered(this);
        request.writeHead(this, ToBackend.host(head, host, lease.backend().url()), outgoing);
    }

    @Override
    public void notOpened(Throwable cause) {
        lost(outgoing, cause);
    }

    @Override
    public void answered(BackendStream answer) {
        if (!ended) {
            parent.answered(this, answer);
        }
    }

    @Override
    public void continued(BackendStream interim) {
        if (!ended && head.expectsContinue()) {
            request.relayContinue(this);
        }
    }

    @Override
    public void earlyHints(BackendStream interim) {
        if (!ended && client.version() != HttpVersion.HTTP_1_0) {
            hinted = true;
            MultiMap relayed = MultiMap.caseInsensitiveMultiMap();
            parent.context().toClient().writeInterim(interim.fields(), relayed);
            client.sendEarlyHints(relayed);
        }
    }

    /** The connection broke before an answer began. */
    @Override
    public void lost(BackendStream which, Throwable cause) {
        if (ended || which != outgoing) {
            return;
        }
        if (replayable()) {
            replayed = true;
            outgoing = null;
            out = false;
            if (parent.isCurrent(this)) {
                request.fire(ExchangeEvent.ATTEMPT_ENDED);
            }
            lease.acquireFresh();
            return;
        }
        Failure ifEnded = begun() ? Failure.RESPONSE_INCOMPLETE : Failure.NO_ANSWER;
        Failure failure = parent.context().lost(cause, ifEnded, backend().toString());
        // Malformed bytes are the backend's fault; closing on a client that keeps it waiting is not.
        if (failure == ifEnded && request.awaitsClient(this)) {
            parent.abandoned(this, failure, cause.getMessage());
        } else {
            parent.failed(this, failure, cause.getMessage());
        }
    }

    /**
     * Only a connection that stood idle is given this benefit: the backend may have closed it before the
     * request came, which is no fault of either. It is no retry, and costs the budget nothing: it happens
     * once, the backend most likely knows nothing of the first sending, and each needs a connection on which
     * an answer came before, so that a backend which answers nothing soon has none.
     */
    private boolean replayable() {
        return !replayed && lease.onReusedConnection() && !begun() && repeatable()
                && (idempotent() || unsent());
    }

    /** The backend has sent something. */
    private boolean begun() {
        return outgoing != null && outgoing.answered();
    }

    /** What is sent now may have to be sent again. */
    boolean mayReplay() {
        return !ended && !replayed && lease.onReusedConnection() && idempotent();
    }

    /** It is all there to be sent once more, and the client has not heard anything of this attempt. */
    boolean repeatable() {
        return !request.continuedByBackend() && !hinted
                && request.body().map(RequestForwarder::repeatable).orElse(true);
    }

    /** The backend cannot have begun to process it. */
    boolean unsent() {
        return outgoing == null || !request.upgrades()
                && request.body().map(RequestForwarder::untouched).orElse(false);
    }

    /** RFC 9110, section 9.2.2; what may become a tunnel is not sent twice, whatever its method. */
    boolean idempotent() {
        return !request.upgrades() && switch (client.method().name()) {
            case "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE" -> true;
            default -> false;
        };
    }

    /** The request is out to its last byte. */
    void sent(long nowNanos) {
        if (!ended) {
            out = true;
            lease.sent(nowNanos);
        }
    }

    /** The request has been sent to its last byte, and not lost since. */
    boolean isOut() {
        return out;
    }

    /** Since it was asked last, the backend has begun no answer to anybody. */
    boolean silence() {
        return !ended && lease.silence();
    }

    Lease lease() {
        return lease;
    }

    void answerBegan(int status, long nowNanos) {
        answeredNanos = nowNanos;
        early = request.awaitsClient(this);
        lease.answerBegan(nowNanos);
        if (permit.isEmpty()) {
            return;
        }
        if (status < 500) {
            permit.get().answered(lease.answerNanos(), nowNanos);
        } else if (status >= 502 && status <= 504 && !early) {
            // What has too much to do behind it; of an error, often a fast one, the time says nothing.
            permit.get().failed(nowNanos);
        }
    }

    /** It has come to nothing, by the fault of its backend or of the wait for a connection. */
    void failed(Failure failure) {
        if (permit.isPresent()) {
            permit.get().failed(parent.context().loop().nanos());
        }
        end(new Outcome.Failed(failure), false);
    }

    /** The answer has gone through, or is to be replaced by another attempt's. */
    void answered(int status, boolean reusable) {
        end(new Outcome.Answered(status, early), reusable);
    }

    /**
     * Releases the backend; a second call changes nothing. After a final answer to Expect some backends still
     * read the body, others take it for the next request. So the connection is reusable only after a 100
     * (Continue), however much of the body has been sent.
     */
    void end(Outcome outcome, boolean reusable) {
        if (!ended) {
            ended = true;
            parent.ended(finished(outcome));
            lease.end(outcome, reusable && (request.continuedByBackend() || !head.expectsContinue()));
        }
    }

    private FinishedAttempt finished(Outcome outcome) {
        long from = client.begunNanos();
        return new FinishedAttempt(backend(), reason, lease.begunNanos() - from,
                lease.connectedNanos() == 0 ? 0 : lease.connectedNanos() - from,
                answeredNanos == 0 ? 0 : answeredNanos - from,
                parent.context().loop().nanos() - from, outcome);
    }
}
