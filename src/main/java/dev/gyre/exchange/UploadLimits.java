package dev.gyre.exchange;

import dev.gyre.gate.Rule;
import dev.gyre.listener.ClientStream;
import dev.gyre.listener.MinRateMeter;
import dev.gyre.loop.DeadlineWheel.Deadline;
import dev.gyre.model.Failure;
import dev.gyre.model.Limit;
import dev.gyre.model.Limits;
import dev.gyre.model.Route;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a client may do with the body of its request: how large it may be, how slowly it may come while this
 * node is ready to take it, and that it must not break a rule of the gate.
 */
final class UploadLimits extends Deadline {

    /** The exchange that reads the body. */
    interface Parent {

        /**
         * The client waits for a 100 (Continue) that has not been sent. Its body may or may not come after
         * an answer (RFC 9110, section 10.1.1).
         */
        boolean awaitsContinue();

        /** The request fails, and nothing may follow it on its connection. */
        void reject(Failure failure, String details);

        /** The request as a whole fails, whatever is tried. */
        void fail(Failure failure, String details);
    }

    private final Parent parent;
    private final LoopContext context;
    private final ClientStream client;
    private final MinRateMeter pace;
    private final boolean paced;
    private final long most;
    private long bytes;

    UploadLimits(Parent parent, LoopContext context, ClientStream client, Optional<Route> route) {
        this.parent = parent;
        this.context = context;
        this.client = client;
        Limits limits = context.limits();
        this.paced = limits.minRate() > 0;
        this.pace = new MinRateMeter(Math.max(1, limits.minRate()), limits.minRateBurst());
        this.most = route.map(Route::maxBody).filter(OptionalLong::isPresent).orElse(limits.maxBody())
                .orElse(Long.MAX_VALUE);
    }

    /**
     * False, with the request refused, for a body that is too large.
     *
     * @param length in bytes, or {@link RequestLength#CHUNKED}
     */
    boolean allows(long length) {
        if (length > most) {
            context.exceeded(Limit.BODY, client);
            parent.reject(Failure.BODY_TOO_LARGE, "");
            return false;
        }
        return true;
    }

    /** This node keeps so many bytes more for another attempt, or fewer. */
    void keeps(int more) {
        client.keep(more);
    }

    /** This piece of the body takes no heap any more. */
    void passedOn(Buffer piece) {
        client.passedOn(piece);
    }

    /** The client may send. */
    void awaited() {
        if (paced) {
            long now = context.loop().nanos();
            pace.owes(now);
            context.loop().schedule(this, pace.due(now));
        }
    }

    /** The backend takes no more at the moment, or all has come. */
    void heldBack() {
        if (paced) {
            pace.rests(context.loop().nanos());
            context.loop().cancel(this);
        }
    }

    /** Counts what came; as {@link #allows} for all of it. */
    boolean takes(int more) {
        bytes += more;
        if (paced) {
            pace.moved(more, context.loop().nanos());
        }
        return allows(bytes);
    }

    /** The request breaks a rule of the gate, by its head or within its body. */
    void refused(Throwable cause) {
        Rule rule = Rule.of(cause);
        context.refusals().request(rule, client.peer().address());
        parent.reject(rule.failure(), rule.reason());
    }

    @Override
    protected void expired() {
        long now = context.loop().nanos();
        if (!pace.tooSlow(now)) {
            context.loop().schedule(this, pace.due(now));
        } else if (parent.awaitsContinue()) {
            // It is the backend's turn to say so; that has a limit of its own.
            pace.rests(now);
        } else {
            context.exceeded(Limit.UPLOAD_RATE, client);
            parent.fail(Failure.CLIENT_TIMEOUT, "");
        }
    }
}
