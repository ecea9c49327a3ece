package dev.gyre.cluster;

import dev.gyre.cluster.NodeShares.News;
import dev.gyre.cluster.Refusals.Reason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.function.IntSupplier;

/**
 * Tells the others of this node's shares, hears of theirs, and has the limits that follow put in force. Goes
 * on while there is no bus: then what was borrowed lapses.
 */
final class ShareExchange {

    private static final String ADDRESS = "gyre.shares.2";
    private static final String PURPOSE = "shares";
    /** Twice a second: a wish and the answer to it then take a second at most. */
    private static final long EVERY_MILLIS = 500;
    /** A node starts to serve after so long, whatever the others are busy with. */
    private static final long WELCOME_MILLIS = 2_000;

    private record Welcome(Promise<Void> done, IntSupplier others) {
    }

    private final NodeShares shares;
    private final ClusterNode node;
    private final Seal seal;
    private final Refusals refusals;
    private final Peers peers;
    private Optional<Vertx> bus = Optional.empty();
    private Optional<Welcome> welcome = Optional.empty();

    ShareExchange(NodeShares shares, ClusterNode node, Seal seal, Refusals refusals,
                  Peers peers) {
        this.shares = shares;
        this.node = node;
        this.seal = seal;
        this.refusals = refusals;
        this.peers = peers;
    }

    /** From now on limits of the cluster are held, on no bus yet. */
    void start(Vertx vertx) {
        node.share(shares);
        vertx.setPeriodic(EVERY_MILLIS, timer -> tell());
    }

    /**
     * Begins to speak and to listen on the bus of a membership. Completes when the others know that this node
     * is there, or have had the time for it.
     *
     * @param others how many other members there are now
     */
    Future<Void> open(Vertx on, IntSupplier others) {
        Promise<Void> done = Promise.promise();
        return on.eventBus().consumer(ADDRESS, message -> heard(message.body())).completion().compose(v -> {
            on.setTimer(WELCOME_MILLIS, late -> welcomed());
            synchronized (this) {
                bus = Optional.of(on);
                welcome = Optional.of(new Welcome(done, others));
            }
            tell();
            lookForWelcome();
            return done.future();
        });
    }

    /** One step: limits in force, then what is open, then what may be lent of the rest. */
    private synchronized void tell() {
        shares.refresh();
        node.share(shares);
        say(shares.report(node.uses()));
        node.share(shares);
    }

    /** Let in by the others, or tired of waiting for them. */
    private synchronized void welcomed() {
        welcome.ifPresent(waiting -> {
            welcome = Optional.empty();
            shares.settle();
            node.share(shares);
            waiting.done().tryComplete();
        });
    }

    private synchronized void lookForWelcome() {
        if (welcome.filter(waiting -> shares.welcomed(waiting.others().getAsInt())).isPresent()) {
            welcomed();
        }
    }

    private void say(ShareReport report) {
        bus.ifPresent(on ->
                on.eventBus().publish(ADDRESS, seal.close(PURPOSE, report.toJson().encode())));
    }

    private synchronized void heard(Object sealed) {
        Optional<ShareReport> report = seal.open(PURPOSE, sealed).map(JsonObject::new)
                .flatMap(ShareReport::fromJson);
        if (report.isEmpty()) {
            refusals.refuse(Reason.WRONG_SEAL, "a report of shares");
        } else if (!shares.isOwn(report.get())) {
            heard(report.get());
        }
    }

    private void heard(ShareReport report) {
        Verdict verdict = peers.take(ADDRESS, report.node(), report.session(), report.number());
        if (verdict != Verdict.TAKEN) {
            refusals.refuse(verdict, "a report of shares of " + report.node());
            return;
        }
        News news = shares.heard(report);
        if (news == News.OLD) {
            refusals.refuse(Verdict.LATE, "a report of shares of " + report.node());
        } else if (shares.isUnknownTo(report)) {
            tell();
        } else if (news == News.LIMITS) {
            node.share(shares);
        }
        lookForWelcome();
    }

    /** Says no more, before the bus is closed under it. */
    synchronized void detach() {
        bus = Optional.empty();
        welcome = Optional.empty();
    }

    /** This node has no connection open any more: its part is free for the others at once. */
    synchronized void part() {
        say(shares.farewell());
        detach();
    }
}
