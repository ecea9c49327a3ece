package dev.gyre.cluster;

import dev.gyre.cluster.Peers.Peer;
import dev.gyre.cluster.Refusals.Reason;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.function.Supplier;

/** Says who this node is and what it holds, hears the same of the others, and notices when they differ. */
final class Presence {

    private static final String HELLOS = "gyre.hellos";
    private static final String PURPOSE = "hello";
    private static final long EVERY_MILLIS = 1_000;
    /** News on their way are given so long to arrive before anybody reads the whole map for them. */
    private static final long PATIENCE_MILLIS = 300;
    private static final long SOON_MILLIS = 20;

    private final Vertx vertx;
    private final Supplier<Hello> self;
    private final Peers peers;
    private final Seal seal;
    private final Refusals refusals;
    private final Runnable mend;
    private volatile boolean stopped;
    private boolean saying;
    private boolean doubting;

    /** @param mend called when others hold something else than this node, and go on to */
    Presence(Vertx vertx, Supplier<Hello> self, Peers peers, Seal seal, Refusals refusals, Runnable mend) {
        this.vertx = vertx;
        this.self = self;
        this.peers = peers;
        this.seal = seal;
        this.refusals = refusals;
        this.mend = mend;
    }

    Future<Void> start() {
        return vertx.eventBus().consumer(HELLOS, message -> heard(message.body()))
                .completion().onSuccess(v -> {
                    vertx.setPeriodic(EVERY_MILLIS, timer -> say());
                    say();
                });
    }

    /** Says no more, before the bus is closed under it. */
    void stop() {
        stopped = true;
    }

    private void say() {
        if (stopped) {
            return;
        }
        vertx.eventBus().publish(HELLOS, seal.close(PURPOSE, self.get().toJson().encode()));
    }

    /** The topology has changed: the others are told within a moment, once for all changes of that moment. */
    synchronized void changed() {
        if (!saying) {
            saying = true;
            vertx.setTimer(SOON_MILLIS, timer -> {
                synchronized (this) {
                    saying = false;
                }
                say();
            });
        }
    }

    private void heard(Object sealed) {
        Optional<Hello> hello = seal.open(PURPOSE, sealed).map(JsonObject::new).flatMap(Hello::fromJson);
        if (hello.isEmpty()) {
            refusals.refuse(Reason.WRONG_SEAL, "a hello");
            return;
        }
        Hello mine = self.get();
        if (hello.get().id().equals(mine.id())) {
            return;
        }
        if (!peers.heard(hello.get())) {
            refusals.refuse(Reason.REPLAYED, "a hello of " + hello.get().name());
            return;
        }
        if (!hello.get().digest().equals(mine.digest())) {
            doubt();
        }
    }

    private synchronized void doubt() {
        if (!doubting) {
            doubting = true;
            vertx.setTimer(PATIENCE_MILLIS, timer -> {
                synchronized (this) {
                    doubting = false;
                }
                if (!stopped && differs()) {
                    mend.run();
                }
            });
        }
    }

    private boolean differs() {
        String mine = self.get().digest();
        return peers.present().stream().map(Peer::hello).anyMatch(hello -> !hello.digest().equals(mine));
    }
}
