package dev.gyre.cluster;

import dev.gyre.config.Settings.ClusterSettings;
import dev.gyre.model.DurationText;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this node a member: joins, and joins again whenever the membership is lost. Everything is decided on
 * one context, so that a loss reported twice counts once.
 */
final class MembershipLoop {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.cluster");
    private static final Duration RETRY = Duration.ofSeconds(3);
    /** If the operator has to act first, each attempt only disturbs the others. */
    private static final Duration RETRY_IF_REFUSED = Duration.ofMinutes(1);
    private static final long BEGIN_SECONDS = 30;

    private final Vertx vertx;
    private final Context context;
    private final ClusterSettings settings;
    private final Function<Membership, Future<Session>> begin;
    private final Runnable ended;
    private final Promise<Void> settled = Promise.promise();
    private volatile Promise<Session> session = Promise.promise();
    private volatile Optional<JoinRefused> refused = Optional.empty();
    private volatile boolean closed;

    /**
     * @param begin called with a new membership before it counts
     * @param ended called when one is lost, before the next attempt
     */
    MembershipLoop(Vertx vertx, ClusterSettings settings, Function<Membership, Future<Session>> begin,
            Runnable ended) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.settings = settings;
        this.begin = begin;
        this.ended = ended;
    }

    void start() {
        context.runOnContext(v -> attempt());
    }

    /** Completes when this node has joined for the first time; fails if it is refused before. */
    Future<Void> settled() {
        return settled.future();
    }

    /** The current membership; empty once this node stops. */
    Optional<Session> current() {
        return closed ? Optional.empty() : Optional.ofNullable(session.future().result());
    }

    /** The current membership, or the next one. */
    Future<Session> next() {
        return session.future();
    }

    /** Why this node was refused, if it was. */
    Optional<JoinRefused> refused() {
        return refused;
    }

    private void attempt() {
        if (closed) {
            return;
        }
        Membership.join(vertx, settings).onComplete(joined -> context.runOnContext(v -> begin(joined)),
                failure -> context.runOnContext(v -> failed(failure)));
    }

    private void begin(Membership membership) {
        // Composed, so that an exception is a failure as well, and another attempt follows.
        Future.succeededFuture(membership).compose(begin).timeout(BEGIN_SECONDS, TimeUnit.SECONDS).onComplete(
                begun -> context.runOnContext(v -> joined(begun)),
                failure -> (failure instanceof JoinRefused ? membership.leave(vertx)
                        : membership.abandon(vertx)).onComplete(left ->
                        context.runOnContext(v -> failed(failure))));
    }

    private void joined(Session begun) {
        if (closed) {
            begun.membership().leave(vertx);
            return;
        }
        if (!begun.membership().isRunning()) {
            begun.membership().abandon(vertx).onComplete(left ->
                    context.runOnContext(v -> failed(new IllegalStateException("Hazelcast has stopped"))));
            return;
        }
        refused = Optional.empty();
        session.tryComplete(begun);
        settled.tryComplete();
        int size = begun.membership().size();
        LOG.info("cluster joined name={} address={}:{} members={} configured={}", settings.name(),
                settings.host(), settings.port(), size, settings.members());
    }

    private void failed(Throwable failure) {
        Duration retry = RETRY;
        if (failure instanceof JoinRefused reason) {
            refused = Optional.of(reason);
            retry = RETRY_IF_REFUSED;
            LOG.error("join refused name={} retry_in={} reason=\"{}\"", settings.name(),
                    DurationText.text(retry), reason.getMessage());
            settled.tryFail(reason);
        } else {
            LOG.warn("join failed name={} retry_in={} reason=\"{}\"", settings.name(),
                    DurationText.text(retry), failure.getMessage());
        }
        if (!closed) {
            vertx.setTimer(retry.toMillis(), timer -> context.runOnContext(v -> attempt()));
        }
    }

    /** Shuts down a membership, unless that is done already, and begins another. */
    void lost(Session former, String reason) {
        context.runOnContext(v -> {
            if (isOver(former)) {
                return;
            }
            LOG.warn("membership lost name={} reason=\"{}\": joining again", settings.name(), reason);
            end(former);
            former.membership().abandon(vertx).onComplete(left ->
                    context.runOnContext(w -> attempt()));
        });
    }

    /** Leaves at once, and joins again much later. */
    void refuse(Session former, JoinRefused reason) {
        context.runOnContext(v -> {
            if (!isOver(former)) {
                refused = Optional.of(reason);
                end(former);
                former.membership().leave(vertx).onComplete(left ->
                        context.runOnContext(w -> failed(reason)));
            }
        });
    }

    private boolean isOver(Session former) {
        return closed || session.future().result() != former;
    }

    private void end(Session former) {
        session = Promise.promise();
        former.heartbeats().stop();
        ended.run();
    }

    /** Leaves gracefully, and does not join again. */
    Future<Void> close() {
        Optional<Session> last = current();
        closed = true;
        last.ifPresent(joined -> joined.heartbeats().farewell());
        return last.map(joined -> joined.membership().leave(vertx)).orElseGet(Future::succeededFuture);
    }
}
