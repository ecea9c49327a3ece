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

    private final Exchange exchange;
    private final ProxyLoop proxy;
    private final ClientStream client;
    private final MinRateMeter pace;
    private final boolean paced;
    private final long most;
    private long bytes;

    UploadLimits(Exchange exchange, ProxyLoop proxy, ClientStream client, Optional<Route> route) {
        this.exchange = exchange;
        this.proxy = proxy;
        this.client = client;
        Limits limits = proxy.limits();
        this.paced = limits.minRate() > 0;
        this.pace = new MinRateMeter(Math.max(1, limits.minRate()), limits.minRateBurst());
        this.most = route.map(Route::maxBody).filter(OptionalLong::isPresent).orElse(limits.maxBody())
                .orElse(Long.MAX_VALUE);
    }

    /**
     * False, with the request refused, for a body that is too large.
     *
     * @param length in bytes, or {@link RequestHead#CHUNKED}
     */
    boolean allows(long length) {
        if (length > most) {
            proxy.exceeded(Limit.BODY, client);
            exchange.reject(Failure.BODY_TOO_LARGE, "");
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
            long now = proxy.loop().nanos();
            pace.owes(now);
            proxy.loop().schedule(this, pace.due(now));
        }
    }

    /** The backend takes no more at the moment, or all has come. */
    void heldBack() {
        if (paced) {
            pace.rests(proxy.loop().nanos());
            proxy.loop().cancel(this);
        }
    }

    /** Counts what came; as {@link #allows} for all of it. */
    boolean takes(int more) {
        bytes += more;
        if (paced) {
            pace.moved(more, proxy.loop().nanos());
        }
        return allows(bytes);
    }

    /** The request breaks a rule of the gate, by its head or within its body. */
    void refused(Throwable cause) {
        Rule rule = Rule.of(cause);
        proxy.refusals().request(rule, client.peer().address());
        exchange.reject(rule.failure(), rule.reason());
    }

    @Override
    protected void expired() {
        long now = proxy.loop().nanos();
        if (!pace.tooSlow(now)) {
            proxy.loop().schedule(this, pace.due(now));
        } else if (exchange.awaitsContinue()) {
            // It is the backend's turn to say so; that has a limit of its own.
            pace.rests(now);
        } else {
            proxy.exceeded(Limit.UPLOAD_RATE, client);
            exchange.fail(Failure.CLIENT_TIMEOUT, "");
        }
    }
}
