package dev.gyre.cluster;

import dev.gyre.cluster.ClusterHealth.Missing;
import dev.gyre.cluster.ClusterNode.Standing;
import dev.gyre.cluster.ClusterPeers.Peer;
import dev.gyre.config.Settings.ClusterSettings;
import dev.gyre.model.BackendId;
import dev.gyre.model.DurationText;
import dev.gyre.registry.Entries;
import dev.gyre.registry.Entry;
import dev.gyre.registry.Registry;
import dev.gyre.registry.Replica;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node as a member: joins the cluster, and joins again when the membership is lost. Traffic does not
 * need it; a node that finds no other continues alone and keeps trying.
 */
public final class Cluster implements Replica {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.cluster");
    private static final long PULSE_MILLIS = 500;
    /**
     * The others drop a member after ten silent seconds; a node that was paused nearly as long joins again.
     */
    private static final long STANDSTILL_NANOS = 8_000_000_000L;
    /** Compares also if all numbers agree: the shared map itself may have lost entries. */
    private static final long COMPARE_MILLIS = 15_000;
    /** Most nodes with other entries asked at a time. */
    private static final int ASKED = 3;
    private static final long KEEP_SECONDS = 15;

    private final Vertx vertx;
    private final ClusterSettings settings;
    private final Registry registry;
    private final ClusterNode node;
    private final Clocks clocks;
    private final NodeIdentity self;
    private final MessageAuthenticator authenticator;
    private final RefusedMessages rejections;
    private final SessionChallenges challenges;
    private final ClusterPeers peers;
    private final MissingMembers attendance;
    private final ClockWatch clockWatch;
    private final UsedNonces used;
    private final ConfigDrift drift;
    private final SilentMembers silent = new SilentMembers();
    private final IsolationDetector isolation = new IsolationDetector();
    private final BusUser quota;
    private final MembershipLoop loop;
    private final AtomicLong numbers = new AtomicLong();
    private volatile long changedNanos;
    private final SyncPoint agreement = new SyncPoint();
    private long pulse;

    private Cluster(Vertx vertx, ClusterSettings settings, Registry registry, ClusterNode node,
                    Clocks clocks, MissingMembers attendance) {
        this.vertx = vertx;
        this.settings = settings;
        this.registry = registry;
        this.node = node;
        this.clocks = clocks;
        this.attendance = attendance;
        this.self = new NodeIdentity(registry.nodeId(), node.name(), "", attendance.self(),
                node.version(), SessionChallenges.fresh(new SecureRandom()));
        this.authenticator = new MessageAuthenticator(settings.secret(), settings.name());
        this.rejections = new RefusedMessages(clocks.nanos());
        this.used = new UsedNonces(clocks.nanos(), CommandEndpoint.REMEMBERED);
        this.drift = new ConfigDrift(clocks.nanos());
        this.challenges = new SessionChallenges(clocks.nanos());
        this.peers = new ClusterPeers(clocks, challenges, new PeerLog(heartbeat -> {
            node.renewedElsewhere(heartbeat.renewed());
            used.heard(heartbeat.used());
        }));
        this.clockWatch = new ClockWatch(clocks, self, peers, new ClockSkew(settings.maxClockSkew()));
        this.quota = node.quota(self.session(), attendance.expected());
        this.loop = new MembershipLoop(vertx, settings, this::begin, this::ended);
        this.pulse = this.changedNanos = now();
    }

    /**
     * Begins to join. Completes when this node has the others' entries, finds no other node, is refused, or
     * when the patience is over; fails if the cluster's ports cannot be bound, and with {@link JoinRefused}
     * if another process has this node's id.
     */
    public static Future<Cluster> join(Vertx vertx, ClusterSettings settings, Registry registry,
            ClusterNode node, Clocks clocks, Duration patience) {
        return vertx.executeBlocking(() -> {
            ClusterPorts.require(settings);
            return new Cluster(vertx, settings, registry, node, clocks,
                    MissingMembers.of(settings, clocks.nanos()));
        }).compose(cluster -> cluster.start(patience));
    }

    private Future<Cluster> start(Duration patience) {
        if (settings.secret().isEmpty()) {
            LOG.warn("cluster.secret is not set: every process that reaches {}:{} can change everything",
                    settings.host(), settings.port());
        }
        registry.replicate(this);
        registry.refuseWhile(clockWatch::trouble);
        registry.watch(topology -> changed());
        quota.start(vertx);
        rejections.suspects(() -> loop.current().map(Session::suspects).orElse("a member unknown"));
        loop.start();
        vertx.setPeriodic(PULSE_MILLIS, timer -> pulse());
        vertx.setPeriodic(COMPARE_MILLIS, timer ->
                loop.current().ifPresent(current -> current.replication().compareWhenDue()));
        attendance.follow(vertx);
        return loop.settled().timeout(patience.toMillis(), TimeUnit.MILLISECONDS).recover(failure -> {
            if (failure instanceof JoinRefused refused) {
                return refused.isTwin() ? close().transform(closed -> Future.failedFuture(refused))
                        : Future.succeededFuture();
            }
            LOG.warn("join pending after={}: this node serves what its disk holds, and tries on",
                    DurationText.text(patience));
            return Future.succeededFuture();
        }).map(this);
    }

    /** First learns who is there, then subscribes, and reads last, so that no change is missed. */
    private Future<Session> begin(Membership membership) {
        peers.clear();
        Vertx bus = membership.vertx();
        NodeIdentity here = self.on(membership.id());
        PeerAdmission admission =
                new PeerAdmission(peers, challenges, here, clocks.nanos(), membership::address);
        return membership.maps().compose(maps -> {
            Replication replication = new Replication(bus, registry, maps, authenticator, rejections,
                    new Replication.Around(this::others, clocks.nanos()));
            AntiEntropy repairs = new AntiEntropy(bus, registry, authenticator, rejections, membership.id(),
                    replication::compare);
            AtomicBoolean listening = new AtomicBoolean();
            HeartbeatService heartbeats =
                    new HeartbeatService(bus, () -> heartbeat(here), admission, authenticator, rejections,
                            () -> {
                if (listening.get()) {
                    repair(repairs);
                }
            });
            NodeRpc calls = new NodeRpc(bus, node, authenticator, rejections);
            HealthBroadcast broadcast =
                    new HealthBroadcast(bus, authenticator, rejections, peers, node::receive);
            Session begun = new Session(membership, replication, heartbeats, admission, calls, broadcast);
            return heartbeats.start()
                    .compose(v -> new JoinCheck(bus, begun, this::isOlder, node.data(), clocks.nanos())
                            .given())
                    .onSuccess(v -> membership.listen(new Watch(begun)))
                    .compose(v -> replication.listen())
                    .compose(v -> repairs.listen())
                    .onSuccess(v -> listening.set(true))
                    .compose(v -> calls.listen(registry.nodeId()))
                    .compose(v -> broadcast.listen(registry.nodeId()))
                    .compose(v -> replication.compare())
                    .compose(v ->
                            new CommandEndpoint(node, authenticator, rejections, clocks.wall(), maps.nonces(),
                                    used)
                            .open(bus))
                    .compose(v ->
                            quota.open(new ClusterBus(bus, authenticator, rejections, peers, begun::others)))
                    .map(begun)
                    .onFailure(failure -> heartbeats.stop());
        });
    }

    private Set<String> others() {
        return peers.present().stream().map(peer -> peer.heartbeat().id()).collect(Collectors.toSet());
    }

    /** Asks some of the nodes with other entries; if entries still differ then, it asks again. */
    private void repair(AntiEntropy repairs) {
        Entries held = registry.entries();
        peers.present().stream().filter(peer -> !agrees(peer, held)).limit(ASKED)
                .forEach(peer -> repairs.repairFrom(peer.heartbeat().node().id()));
    }

    private final class Watch implements Membership.Listener {

        private final Session of;

        Watch(Session of) {
            this.of = of;
        }

        @Override
        public void changed() {
            loop.current().filter(of::equals).ifPresent(here -> here.replication().compare());
        }

        @Override
        public void left(String member) {
            peers.left(member);
        }

        @Override
        public void lost(String reason) {
            loop.lost(of, reason);
        }
    }

    private void ended() {
        quota.detach();
        peers.clear();
    }

    private long now() {
        return clocks.nanos().getAsLong();
    }

    private void pulse() {
        long now = now();
        long stood = now - pulse;
        pulse = now;
        peers.expire();
        clockWatch.look();
        List<Peer> present = peers.present();
        Entries held = registry.entries();
        if (inTouch() && !present.isEmpty() && present.stream().allMatch(peer -> agrees(peer, held))) {
            agreement.on(held, registry, now);
        }
        loop.current().ifPresent(current -> {
            drift.look(node.declared(), peers.present(), id ->
                    current.calls().declared(id, self.session() + "-" + numbers.incrementAndGet()));
            Optional<Heartbeat> twin = current.admission().twin().filter(this::isOlder);
            if (twin.isPresent()) {
                loop.refuse(current, JoinRefused.twin(twin.get(), node.data()));
            } else if (stood > STANDSTILL_NANOS) {
                loop.lost(current, "this process was paused for " + stood / 1_000_000_000L + " s");
            } else if (current.membership().isStuck()) {
                loop.lost(current, "a call into Hazelcast does not return");
            } else if (isolation.found(current.others(), peers.present().size(), now)) {
                loop.lost(current, "no heartbeat from " + current.others() + " of " + current.others()
                        + " other members");
            } else {
                silentMember(current, now).ifPresent(address ->
                        loop.lost(current, "no heartbeat from the member " + address));
            }
        });
    }

    private Optional<String> silentMember(Session current, long now) {
        Membership membership = current.membership();
        Set<String> heard = peers.present().stream().map(peer -> peer.heartbeat().node().member())
                .collect(Collectors.toSet());
        return silent.found(membership.id(), membership.otherAddresses(), heard, now)
                .map(member -> membership.address(member).orElse(member));
    }

    private static boolean agrees(Peer peer, Entries held) {
        return peer.heartbeat().state().digest().equals(held.digest());
    }

    private boolean isOlder(Heartbeat twin) {
        return JoinCheck.isOlder(twin, node.uptime(), self.session());
    }

    private void changed() {
        changedNanos = now();
        loop.current().ifPresent(current -> current.heartbeats().changed());
    }

    private Heartbeat heartbeat(NodeIdentity as) {
        return new Heartbeat(as, numbers.incrementAndGet(), new Heartbeat.State(node.uptime().toMillis(),
                registry.topology().version(), registry.entries().digest(),
                (now() - changedNanos) / 1_000_000, clocks.wall().millis(), node.declared().digest(),
                registry.status().unknown().size(), node.capacity(), false),
                challenges.asks(),
                challenges.answers(), node.renewed(), used.recent());
    }

    @Override
    public Future<Void> catchUp() {
        return loop.current().map(current -> current.replication().catchUp())
                .orElseGet(Future::succeededFuture);
    }

    @Override
    public Optional<Instant> time() {
        return clockWatch.time();
    }

    @Override
    public boolean inTouch() {
        return loop.current().isPresent()
                && 2 * (peers.present().size() + 1) > attendance.expected();
    }

    @Override
    public Future<Void> keep(Collection<Entry> entries) {
        return loop.next().compose(joined -> joined.replication().keep(entries))
                .timeout(KEEP_SECONDS, TimeUnit.SECONDS);
    }

    /** All connected nodes, this one first. */
    public List<ClusterMember> members() {
        List<ClusterMember> members = new ArrayList<>();
        members.add(ClusterMember.of(heartbeat(self), Duration.ZERO, Duration.ZERO));
        peers.present().forEach(peer -> members.add(ClusterMember.of(peer.heartbeat(),
                Duration.ofNanos(now() - peer.heardNanos()), clockWatch.offset(peer))));
        return members;
    }

    /** The ids of all connected nodes, this one first. */
    public List<String> present() {
        return members().stream().map(ClusterMember::id).toList();
    }

    /** What {@link #members} does not show. */
    public ClusterHealth health() {
        List<Missing> missing = attendance.missing(peers.present());
        return new ClusterHealth(attendance.expected(), missing,
                loop.refused().map(Throwable::getMessage),
                loop.current().map(current -> current.admission().otherSecrets()).orElse(List.of()),
                drift.found(),
                clockWatch.ahead());
    }

    /** Why this node must change nothing now, because its clock is far ahead of the others'. */
    public Optional<String> clockTrouble() {
        return clockWatch.trouble();
    }

    /**
     * Sends to all other nodes, which receive it by {@link ClusterNode#receive}; lost if this one has not
     * joined.
     */
    public void broadcast(JsonObject message) {
        loop.current().ifPresent(current -> current.broadcast().send(
                new HealthBroadcast.Sent(self.id(), self.session(), numbers.incrementAndGet()), message));
    }

    /** The state of a backend on each node, this one first. */
    public Future<List<NodeStanding>> standing(BackendId backend) {
        List<Future<NodeStanding>> asked = new ArrayList<>();
        asked.add(node.standing(backend)
                .map(own -> new NodeStanding(self.id(), node.name(), Optional.of(own))));
        for (Peer peer : peers.present()) {
            String id = peer.heartbeat().id();
            asked.add(loop.current().map(current -> current.calls().standing(id, backend,
                            self.session() + "-" + numbers.incrementAndGet()))
                    .orElseGet(() -> Future.<Standing>failedFuture("not joined"))
                    .map(Optional::of).otherwise(Optional.empty())
                    .map(answer -> new NodeStanding(id, peer.heartbeat().node().name(), answer)));
        }
        return Future.all(asked).map(all -> asked.stream().map(Future::result).toList());
    }

    /** Number of refused messages since the start, by reason such as {@code unsigned}. */
    public Map<String, Long> refused() {
        return rejections.counts();
    }

    public Future<Void> close() {
        quota.leave();
        return loop.close();
    }
}
