package dev.gyre.exchange;

import dev.gyre.exchange.overload.Permit;
import dev.gyre.exchange.retry.LoopRetries;
import dev.gyre.listener.ClientStream;
import dev.gyre.loop.Timer;
import dev.gyre.model.BackendId;
import dev.gyre.model.Failure;
import dev.gyre.model.FinishedAttempt.Reason;
import dev.gyre.model.FinishedAttempt;
import dev.gyre.model.Hedge;
import dev.gyre.model.Outcome;
import dev.gyre.model.RetryPolicy;
import dev.gyre.model.TunnelPolicy;
import dev.gyre.upstream.BackendStream;
import dev.gyre.upstream.LoopPool;
import dev.gyre.upstream.ServiceRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The backends' side of a request's exchange: its first attempt, those that follow a failure, and one beside
 * an attempt that is slow (a hedge). Each attempt reports its outcome here, and only this class decides
 * whether the request is tried again.
 */
final class Attempts implements Attempt.Parent {

    /**
     * The exchange that the attempts belong to; hears of {@link ExchangeEvent#ATTEMPT_ENDED} and
     * {@link ExchangeEvent#HEDGE_ALONE}.
     */
    interface Parent extends Attempt.RequestToSend {

        /** Chooses a backend for the next attempt by the view of now, at once or when the hold ends. */
        void select();

        /** Stops the search for a backend: nothing would end an attempt that begins beside an answer. */
        void selectNoMore();

        /** No backend's answer has been chosen for the client, nor one of Gyre's own. */
        boolean unanswered();

        /** This is the answer; the request will not be sent again. */
        void answerBegan(BackendStream stream);

        /** The request as a whole fails, whatever is tried. */
        void fail(Failure failure, String details);

        /** The way out without a backend's answer; no attempt runs any more. */
        void refuse(Failure cause);
    }

    /*
     * At most two attempts run at a time: the current one and the hedge. Whichever brings the head of an
     * answer first is the current one from then on, and the other's lease ends as moved, which says nothing
     * about its backend. When one of the two fails, or its backend leaves the rotation while it waits there,
     * the other goes on alone. So another backend is chosen only while no attempt runs.
     */

    /** A client that is to send and has sent nothing for so long does not just send slowly. */
    private static final long STALL_NANOS = Duration.ofSeconds(1).toNanos();

    private final Parent parent;
    private final ExchangeClock clock;
    private final LoopContext context;
    private final ClientStream client;
    private final RequestHead head;
    private final String serviceName;
    private final LoopRetries account;
    private ServiceRuntime service;
    private Attempt current;
    /** Null when one attempt runs at a time. */
    private Attempt hedge;
    /** Backends that are to be passed over as long as there is another. */
    private List<LoopPool> tried = List.of();
    private int made = 1;
    private Reason next = Reason.FIRST;
    private List<FinishedAttempt> finished = List.of();
    private boolean hedged;
    /** Until the next attempt, or until the hedge; null until there was reason to wait. */
    private Timer timer;

    Attempts(Parent parent, ExchangeClock clock, LoopContext context, ClientStream client,
            RequestHead head, String serviceName) {
        this.parent = parent;
        this.clock = clock;
        this.context = context;
        this.client = client;
        this.head = head;
        this.serviceName = serviceName;
        this.account = context.retries(serviceName);
    }

    /** A request has come for the service. */
    void requested() {
        account.requested();
    }

    /**
     * Makes the next attempt, at a backend that has been chosen for it.
     *
     * @param permit that hears what comes of it
     */
    void start(ServiceRuntime of, LoopPool backend, Optional<Permit> permit) {
        service = of;
        clock.start(service.policy());
        current = newAttempt(next, permit);
        current.start(backend);
    }

    /** A backend for the next attempt; those that failed are passed over as long as there is another. */
    Optional<LoopPool> pick(ServiceRuntime live) {
        return live.pick(client.target(), client.headers(), client.peer(), tried);
    }

    private Attempt newAttempt(Reason reason, Optional<Permit> permit) {
        return new Attempt(this, parent, reason, head, service.policy().host(), permit);
    }

    @Override
    public LoopContext context() {
        return context;
    }

    @Override
    public ClientStream client() {
        return client;
    }

    @Override
    public void ended(FinishedAttempt attempt) {
        if (finished.isEmpty()) {
            finished = List.of(attempt);
        } else {
            finished = new ArrayList<>(finished);
            finished.add(attempt);
        }
    }

    /** Those that have ended, in that order. */
    List<FinishedAttempt> finished() {
        return finished;
    }

    @Override
    public void moved(Attempt by) {
        if (by == hedge) {
            hedge = null;
        } else if (hedge != null) {
            goOnWithHedge();
        } else {
            stopTimer();
            next = Reason.MOVED;
            parent.fire(ExchangeEvent.ATTEMPT_ENDED);
            parent.select();
        }
    }

    private void goOnWithHedge() {
        current = hedge;
        hedge = null;
        parent.fire(current.isOut() ? ExchangeEvent.HEDGE_ALONE : ExchangeEvent.ATTEMPT_ENDED);
    }

    @Override
    public boolean isCurrent(Attempt attempt) {
        return attempt == current;
    }

    /** The backend of the current attempt; empty while there was none. */
    Optional<BackendId> backendId() {
        return current == null ? Optional.empty() : Optional.of(current.backend());
    }

    /** What the service lets become a tunnel, as of the attempt's beginning. */
    TunnelPolicy tunnels() {
        return service.policy().tunnels();
    }

    /** The same as text. */
    String backend() {
        return current == null ? "" : current.backend().toString();
    }

    /** A body of so many bytes may have to be sent again. */
    boolean keeps(long bytes) {
        return bytes <= policy().buffer()
                && (current.mayReplay() || current.idempotent() && made < policy().attempts());
    }

    private RetryPolicy policy() {
        return service.policy().retry();
    }

    /** The request is out: a hedge will follow if the answer is long in coming. */
    void sent() {
        current.sent(clock.touched());
        Hedge hedging = policy().hedge();
        if (hedging instanceof Hedge.Off || hedged || head.hasBody() || !current.idempotent()) {
            return;
        }
        long after = hedging instanceof Hedge.After fixed ? fixed.time().toNanos() : account.p95Nanos();
        if (after != Long.MAX_VALUE) {
            in(after, this::hedge);
        }
    }

    /** Its caller, a timer, could not answer the client after a fault of Gyre's own. */
    private void hedge() {
        try {
            sendHedge();
        } catch (RuntimeException e) {
            context.faulted(client, e);
            parent.fail(Failure.INTERNAL, e.toString());
        }
    }

    private void sendHedge() {
        passOver(current);
        Optional<LoopPool> other = another().filter(pool -> !tried.contains(pool) && pool.hasRoom());
        if (other.isPresent() && made < policy().attempts() && account.payHedge(context.loop().nanos())) {
            made++;
            hedged = true;
            hedge = newAttempt(Reason.HEDGE, Optional.empty());
            hedge.start(other.get());
        }
    }

    /** A backend for a second attempt beside one that runs; never from a service that is held. */
    private Optional<LoopPool> another() {
        return context.view().service(serviceName).filter(live -> !live.line().closed()).flatMap(this::pick);
    }

    @Override
    public void answered(Attempt by, BackendStream answer) {
        int status = answer.status();
        if (!parent.unanswered()) {
            return;
        }
        by.answerBegan(status, context.loop().nanos());
        service.answered(by.pool(), status, answer.answerHeaders());
        // Another backend may do better, and nothing of this is out to the client.
        if (status >= 400 && policy().covers(status, by.idempotent())
                && (hedge != null || !clientStalls(by) && mayRepeat(by, false))) {
            by.answered(status, false);
            follow(by);
            return;
        }
        if (policy().hedge() instanceof Hedge.AfterP95 && by.lease().answerNanos() > 0) {
            account.answered(clock.nanosInState());
        }
        end(by);
        current = by;
        parent.answerBegan(answer);
    }

    /** The answer of the current attempt is the one that the client gets. */
    void bind() {
        service.bind(current.pool(), client.headers(), client.answerHeaders(),
                client.peer().tls().isPresent());
    }

    @Override
    public void failed(Attempt by, Failure failure, String details) {
        failed(by, failure, details, hedge != null || mayFollow(by, failure));
    }

    /**
     * The backend broke the connection off while it waited for the client: nothing is held against it.
     * Another may be tried as long as the client is just sending.
     */
    @Override
    public void abandoned(Attempt by, Failure failure, String details) {
        if (clientStalls(by)) {
            parent.fail(Failure.CLIENT_TIMEOUT, "");
            return;
        }
        boolean goesOn = mayFollow(by, failure);
        context.failures().report(failure, Optional.of(by.backend()), details);
        by.end(new Outcome.Failed(failure, Failure.Side.CLIENT), false);
        followOrRefuse(by, failure, goesOn);
    }

    /** Another attempt would cost the budget what the client may make it cost again and again. */
    private boolean clientStalls(Attempt by) {
        return parent.awaitsClient(by) && clock.nanosInState() >= STALL_NANOS;
    }

    /** The backend does not let the current attempt go on. */
    void stuck(Failure failure) {
        failed(current, failure, "");
    }

    /**
     * The current attempt is not answered in time; one that no other can follow gets all the time there is.
     * Before its time is up it is given up when its backend has been found to stand still.
     */
    void tooSlow() {
        boolean overdue = clock.answerOverdue();
        if (!overdue && (hedge != null || !current.silence()
                || !context.view().abandons(serviceName, current.pool()))) {
            return;
        }
        boolean goesOn = hedge != null || mayFollow(current, Failure.FIRST_BYTE_TIMEOUT);
        if (goesOn || overdue && !clock.extend()) {
            failed(current, Failure.FIRST_BYTE_TIMEOUT, "", goesOn);
        }
    }

    private void failed(Attempt by, Failure failure, String details, boolean goesOn) {
        context.failures().report(failure, Optional.of(by.backend()), details);
        by.failed(failure);
        followOrRefuse(by, failure, goesOn);
    }

    private void followOrRefuse(Attempt by, Failure failure, boolean goesOn) {
        if (goesOn) {
            follow(by);
        } else {
            stopTimer();
            parent.refuse(failure);
        }
    }

    private boolean mayFollow(Attempt failed, Failure failure) {
        return policy().covers(failure, failed.idempotent(), failed.unsent())
                && mayRepeat(failed, failure.elsewhereOnly());
    }

    /** The budget is asked last: to ask is to pay. */
    private boolean mayRepeat(Attempt failed, boolean elsewhereOnly) {
        return made < policy().attempts() && failed.repeatable()
                && (!elsewhereOnly || hasAnother(failed)) && account.payRetry(context.loop().nanos());
    }

    private boolean hasAnother(Attempt failed) {
        passOver(failed);
        return context.view().service(serviceName).map(live -> live.hasAnother(tried)).orElse(false);
    }

    private void passOver(Attempt failed) {
        passOver(failed.pool());
    }

    /** The next attempts go to other backends as long as there are some. */
    void passOver(LoopPool backend) {
        if (tried.isEmpty()) {
            tried = new ArrayList<>();
        }
        if (!tried.contains(backend)) {
            tried.add(backend);
        }
    }

    /** It is not passed over. */
    boolean isFresh(LoopPool backend) {
        return !tried.contains(backend);
    }

    /** After an attempt that has ended: the one that runs beside it, or a new one, at once or later. */
    private void follow(Attempt failed) {
        if (failed == hedge) {
            hedge = null;
        } else if (hedge != null) {
            goOnWithHedge();
        } else {
            boolean elsewhere = hasAnother(failed);
            made++;
            next = Reason.RETRY;
            parent.fire(ExchangeEvent.ATTEMPT_ENDED);
            if (elsewhere && made == 2) {
                // The first failover goes to a backend that has had no part in the failure.
                stopTimer();
                parent.select();
            } else {
                long atMost = policy().backoff().atMost(made - 1).toNanos();
                in(context.random().nextLong(atMost + 1), parent::select);
            }
        }
    }

    /** The answer went through. */
    void succeeded(int status, boolean reusable) {
        current.answered(status, reusable);
    }

    /** No attempt is wanted any more but this one. */
    private void end(Attempt but) {
        stopTimer();
        parent.selectNoMore();
        if (hedge != null) {
            Attempt other = but == hedge ? current : hedge;
            hedge = null;
            other.end(new Outcome.Moved(), false);
        }
    }

    /** No attempt is wanted any more; where one still runs, this is what it has come to. */
    void end(Outcome outcome) {
        end(current);
        if (current != null) {
            current.end(outcome, false);
        }
    }

    private void in(long nanos, Runnable task) {
        if (timer == null) {
            timer = new Timer();
        }
        timer.set(context.loop(), context.loop().nanos() + nanos, task);
    }

    private void stopTimer() {
        if (timer != null) {
            context.loop().cancel(timer);
        }
    }
}
