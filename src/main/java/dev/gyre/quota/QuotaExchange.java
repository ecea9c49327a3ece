package dev.gyre.quota;

import dev.gyre.cluster.BusUser;
import dev.gyre.cluster.ClusterBus;
import dev.gyre.cluster.ClusterBus.Name;
import dev.gyre.model.BackendId;
import dev.gyre.model.PoolUse;
import dev.gyre.model.Shares;
import dev.gyre.quota.NodeQuota.News;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Sends this node's quota reports, takes those of the others, and puts the limits that follow in force. Goes
 * on while there is no bus: then what was borrowed lapses.
 */
public final class QuotaExchange implements BusUser {

    private static final String ADDRESS = "gyre.shares.2";
    private static final String PURPOSE = "shares";
    private static final String WORDS = "a report of shares";
    /** Twice a second: a wish and the answer to it then take a second at most. */
    private static final long EVERY_MILLIS = 500;
    /** A node starts to serve after this time, even if the others do not answer. */
    private static final long WELCOME_MILLIS = 2_000;

    private final NodeQuota quota;
    private final Supplier<Map<BackendId, PoolUse>> uses;
    private final Consumer<Shares> apply;
    private Optional<ClusterBus> bus = Optional.empty();
    private Optional<Promise<Void>> welcome = Optional.empty();

    /**
     * @param uses  the backends whose limit holds for the whole cluster, as this node uses them now
     * @param apply puts this node's part of these limits in force; called whenever it changes
     */
    public QuotaExchange(NodeQuota quota, Supplier<Map<BackendId, PoolUse>> uses, Consumer<Shares> apply) {
        this.quota = quota;
        this.uses = uses;
        this.apply = apply;
    }

    /** From now on limits of the cluster are held, on no bus yet. */
    @Override
    public void start(Vertx vertx) {
        apply.accept(quota);
        vertx.setPeriodic(EVERY_MILLIS, timer -> report());
    }

    /** Completes when the others know that this node is there, or did not answer in time. */
    @Override
    public Future<Void> open(ClusterBus on) {
        Promise<Void> done = Promise.promise();
        return on.listen(ADDRESS, PURPOSE, WORDS, QuotaReport::fromJson,
                report -> received(on, report)).compose(v -> {
            on.after(WELCOME_MILLIS, this::welcomed);
            synchronized (this) {
                bus = Optional.of(on);
                welcome = Optional.of(done);
            }
            report();
            lookForWelcome();
            return done.future();
        });
    }

    /** One step: limits in force, then what is open, then what may be lent of the rest. */
    private synchronized void report() {
        quota.refresh();
        apply.accept(quota);
        send(quota.report(uses.get()));
        apply.accept(quota);
    }

    /** Let in by the others, or the time to wait for them is over. */
    private synchronized void welcomed() {
        welcome.ifPresent(done -> {
            welcome = Optional.empty();
            quota.settle();
            apply.accept(quota);
            done.tryComplete();
        });
    }

    private synchronized void lookForWelcome() {
        if (welcome.isPresent() && bus.isPresent() && quota.welcomed(bus.get().others())) {
            welcomed();
        }
    }

    private void send(QuotaReport report) {
        bus.ifPresent(on -> on.publish(ADDRESS, PURPOSE, report.toJson()));
    }

    private synchronized void received(ClusterBus by, QuotaReport report) {
        Name name = new Name(report.node(), report.session(), report.number());
        if (quota.isOwn(report) || !by.take(ADDRESS, name, WORDS)) {
            return;
        }
        News news = quota.heard(report);
        if (news == News.OLD) {
            by.refuseLate(name, WORDS);
        } else if (quota.isUnknownTo(report)) {
            report();
        } else if (news == News.LIMITS) {
            apply.accept(quota);
        }
        lookForWelcome();
    }

    /** Sends no more, before the bus is closed under it. */
    @Override
    public synchronized void detach() {
        bus = Optional.empty();
        welcome = Optional.empty();
    }

    /** This node has no connection open any more: its part is free for the others at once. */
    @Override
    public synchronized void leave() {
        send(quota.farewell());
        detach();
    }
}
