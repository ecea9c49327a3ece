package dev.gyre.cluster;

import dev.gyre.cluster.ClusterNode.Standing;
import dev.gyre.cluster.Peers.Peer;
import dev.gyre.config.Settings.ClusterSettings;
import dev.gyre.model.BackendId;
import dev.gyre.registry.Entry;
import dev.gyre.registry.Registry;
import dev.gyre.registry.Replica;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node among the others: joins them, and joins anew whenever the membership is lost. Nothing here is
 * needed for traffic; a node that finds nobody goes on alone and keeps looking.
 */
public final class Cluster implements Replica {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.cluster");
    private static final long RETRY_MILLIS = 3_000;
    private static final long PULSE_MILLIS = 500;
    /** The others drop a member silent for ten seconds; one that stood still nearly as long rejoins. */
    private static final long STANDSTILL_NANOS = 8_000_000_000L;
    /** Also when all numbers agree: the shared map itself may have lost something. */
    private static final long COMPARE_MILLIS = 15_000;
    private static final long KEEP_SECONDS = 15;

    private final Vertx vertx;
    private final ClusterSettings settings;
    private final Registry registry;
    private final ClusterNode node;
    private final Clocks clocks;
    private final Seal seal;
    private final Refusals refusals;
    private final Peers peers;
    private final UsedNonces used;
    private final Deafness deafness = new Deafness();
    private final ShareExchange shares;
    private final long boot;
    private final AtomicLong numbers = new AtomicLong();
    private volatile Promise<Session> session = Promise.promise();
    private volatile long changedNanos;
    private long pulse;
    private volatile boolean closed;

    private Cluster(Vertx vertx, ClusterSettings settings, Registry registry, ClusterNode node,
                    Clocks clocks, int expected) {
        this.vertx = vertx;
        this.settings = settings;
        this.registry = registry;
        this.node = node;
        this.clocks = clocks;
        this.seal = new Seal(settings.secret(), settings.name());
        this.refusals = new Refusals(clocks.nanos());
        this.used = new UsedNonces(clocks.nanos(), CommandDoor.REMEMBERED);
        this.peers = new Peers(clocks.nanos(), hello -> {
            node.renewedElsewhere(hello.renewed());
            used.heard(hello.used());
        });
        this.boot = clocks.wall().millis();
        this.shares = new ShareExchange(
                new NodeShares(registry.nodeId(), boot, expected, clocks.nanos()), node, seal, refusals);
        this.pulse = this.changedNanos = now();
    }

    /**
     * Begins to join. Completes when this node holds what the others hold, or has found none, or when the
     * patience is over; fails when the cluster's ports cannot be bound to.
     */
    public static Future<Cluster> join(Vertx vertx, ClusterSettings settings, Registry registry,
                                       ClusterNode node, Clocks clocks, Duration patience) {
        return vertx.executeBlocking(() -> {
            Ports.require(settings);
            return new Cluster(vertx, settings, registry, node, clocks, ExpectedNodes.of(settings));
        }).compose(cluster -> {
            if (settings.secret().isEmpty()) {
                LOG.warn("cluster.secret is not set: whoever reaches {}:{} on this machine can change"
                        + " everything", settings.host(), settings.port());
            }
            registry.replicate(cluster);
            registry.watch(topology -> cluster.changed());
            cluster.shares.start(vertx);
            cluster.attempt();
            vertx.setPeriodic(PULSE_MILLIS, timer -> cluster.pulse());
            vertx.setPeriodic(COMPARE_MILLIS, timer -> cluster.compare());
            return cluster.session.future().timeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                    .onFailure(late -> LOG.warn("not joined within {} s: serving by what this node has on its"
                            + " disk, and going on to join", patience.toSeconds()))
                    .otherwiseEmpty().map(cluster);
        });
    }

    private void attempt() {
        // A thread of its own, for on one of Vert.x a second Vert.x takes itself for a mistake.
        Thread thread = new Thread(this::tryToJoin, "gyre-join");
        thread.setDaemon(true);
        thread.start();
    }

    private void tryToJoin() {
        Membership.join(settings).compose(this::begin).onComplete(begun -> {
            peers.clear();
            refusals.suspects(() -> begun.suspects(peers));
            session.tryComplete(begun);
            LOG.info("joined cluster \"{}\" as {}:{}: {}", settings.name(), settings.host(), settings.port(),
                    begun.membership().size() == 1 ? "no other node there yet, looking for "
                            + (settings.members().isEmpty() ? "none (no \"members\" in the config)"
                            : String.join(", ", settings.members()))
                            : begun.membership().size() + " members");
            if (closed) {
                begun.membership().leave(vertx);
            }
        }, failure -> {
            LOG.warn("cannot join cluster \"{}\": {}; the next try is in {} s", settings.name(),
                    failure.getMessage(), RETRY_MILLIS / 1000);
            if (!closed) {
                vertx.setTimer(RETRY_MILLIS, timer -> attempt());
            }
        });
    }

    /** Listens first and reads then, so that nothing falls between the two. */
    private Future<Session> begin(Membership membership) {
        Vertx bus = membership.vertx();
        return SharedMaps.open(bus, membership.id()).compose(maps -> {
                    Replication replication = new Replication(bus, registry, maps, seal, refusals);
                    Presence presence = new Presence(bus, () -> hello(membership.id()), peers, seal, refusals,
                            replication::compare);
                    NodeCalls calls = new NodeCalls(bus, node, seal, refusals);
                    Broadcast broadcast = new Broadcast(bus, seal, refusals, node::heard);
                    Session begun = new Session(membership, replication, presence, calls, broadcast);
                    membership.listen(new Watch(begun));
                    return replication.listen()
                            .compose(v -> calls.listen(registry.nodeId()))
                            .compose(v -> broadcast.listen(registry.nodeId()))
                            .compose(v -> replication.compare())
                            .compose(v -> presence.start())
                            .compose(v -> new CommandDoor(node, seal, refusals, clocks.wall(), maps.nonces(), used)
                                    .open(bus))
                            .compose(v -> shares.open(bus, () -> membership.size() - 1))
                            .map(begun);
                }).onFailure(failure -> membership.leave(vertx));
    }

    private final class Watch implements Membership.Listener {

        private final Session of;

        Watch(Session of) {
            this.of = of;
        }

        @Override
        public void changed() {
            of.replication().compare();
        }

        @Override
        public void left(String member) {
            peers.left(member);
        }

        @Override
        public void lost(String reason) {
            vertx.runOnContext(v -> Cluster.this.lost(of, reason));
        }
    }

    private void lost(Session former, String reason) {
        if (closed || session.future().result() != former) {
            return;
        }
        LOG.warn("membership of cluster \"{}\" lost: {}; joining anew", settings.name(), reason);
        session = Promise.promise();
        former.presence().stop();
        shares.detach();
        former.membership().abandon(vertx).onComplete(left -> attempt());
    }

    private long now() {
        return clocks.nanos().getAsLong();
    }

    private void pulse() {
        long now = now();
        long stood = now - pulse;
        pulse = now;
        Session current = session.future().result();
        if (stood > STANDSTILL_NANOS && current != null) {
            lost(current, "this process stood still for " + stood / 1_000_000_000L + " s");
        } else if (current != null) {
            int others = current.membership().others();
            if (deafness.found(others, peers.present().size(), now)) {
                lost(current, "nothing is heard of the " + others + " other members");
            }
        }
    }

    private void compare() {
        Session current = session.future().result();
        if (current != null) {
            current.replication().compare();
        }
    }

    private void changed() {
        changedNanos = now();
        Session current = session.future().result();
        if (current != null) {
            current.presence().changed();
        }
    }

    /** @param member this node's id on the event bus; empty while it is on none */
    private Hello hello(String member) {
        return new Hello(registry.nodeId(), node.name(), member,
                settings.host() + ":" + settings.port(), node.version(), boot, numbers.incrementAndGet(),
                node.uptime().toMillis(), registry.topology().version(), registry.entries().digest(),
                (now() - changedNanos) / 1_000_000, node.renewed(), used.recent());
    }

    @Override
    public Future<Void> catchUp() {
        Session current = session.future().result();
        return current == null ? Future.succeededFuture() : current.replication().catchUp();
    }

    @Override
    public Duration clockOffset() {
        return Duration.ZERO;
    }

    @Override
    public boolean inTouch() {
        return true;
    }

    @Override
    public Future<Void> keep(Collection<Entry> entries) {
        return session.future().compose(joined -> joined.replication().keep(entries))
                .timeout(KEEP_SECONDS, TimeUnit.SECONDS);
    }

    /** All nodes there now, this one first. */
    public List<Member> members() {
        List<Member> members = new ArrayList<>();
        Session current = session.future().result();
        Hello self = hello(current == null ? "" : current.membership().id());
        members.add(Member.of(self, Duration.ZERO));
        peers.present().forEach(peer -> members.add(Member.of(peer.hello(),
                Duration.ofNanos(now() - peer.heardNanos()))));
        return members;
    }

    /** The ids of all nodes there now, this one first. */
    public List<String> present() {
        return Stream.concat(Stream.of(registry.nodeId()),
                peers.present().stream().map(peer -> peer.hello().id())).toList();
    }

    /** To all other nodes, where {@link ClusterNode#heard} gets it; lost while this one has not joined. */
    public void tell(JsonObject message) {
        Session current = session.future().result();
        if (current != null) {
            current.broadcast().tell(
                    new Broadcast.Sent(registry.nodeId(), boot, numbers.incrementAndGet()), message);
        }
    }

    /** How a backend stands with each node, this one first. */
    public Future<List<NodeStanding>> standing(BackendId backend) {
        List<Future<NodeStanding>> asked = new ArrayList<>();
        asked.add(node.standing(backend)
                .map(own -> new NodeStanding(registry.nodeId(), node.name(), Optional.of(own))));
        Session current = session.future().result();
        for (Peer peer : peers.present()) {
            String id = peer.hello().id();
            asked.add((current == null ? Future.<Standing>failedFuture("not joined")
                    : current.calls().standing(id, backend, boot + "-" + numbers.incrementAndGet()))
                    .map(Optional::of).otherwise(Optional.empty())
                    .map(answer -> new NodeStanding(id, peer.hello().name(), answer)));
        }
        return Future.all(asked).map(all -> asked.stream().map(Future::result).toList());
    }

    /** What was refused since the start, by reason such as {@code unsigned}. */
    public Map<String, Long> refused() {
        return refusals.counts();
    }

    public Future<Void> close() {
        closed = true;
        shares.part();
        Session current = session.future().result();
        if (current == null) {
            return Future.succeededFuture();
        }
        current.presence().stop();
        return current.membership().leave(vertx);
    }
}
