package dev.gyre.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipAdapter;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.instance.impl.Node;
import dev.gyre.config.Settings.ClusterSettings;
import dev.gyre.config.Settings.ClusterTls;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One membership, from joining to leaving or loss: a clustered Vert.x on Hazelcast. A node that has lost its
 * membership gets a new one, which shares nothing with the former.
 */
final class Membership {

    /** The name that {@link HazelcastClusterManager} gives a member's id on the event bus. */
    private static final String BUS_ID = "__vertx.nodeId";
    private static final long REFRESH_MILLIS = 5_000;
    private static final long LEAVE_SECONDS = 10;
    private static final long ABANDON_SECONDS = 1;
    /** Hazelcast itself gives up after 30 s. */
    private static final long JOIN_SECONDS = 45;

    private final Vertx vertx;
    private final Subscriptions subscriptions;
    private final HazelcastInstance hazelcast;
    private final String id;
    private final AtomicBoolean over = new AtomicBoolean();

    private Membership(Vertx vertx, Subscriptions manager) {
        this.vertx = vertx;
        this.subscriptions = manager;
        this.hazelcast = manager.getHazelcastInstance();
        this.id = manager.getNodeId();
    }

    /** Events of the cluster, on threads of Hazelcast. */
    interface Listener {

        /** Members have come or gone, or two halves have merged. */
        void changed();

        void left(String member);

        /** This membership was lost, not ended by {@link #leave}. */
        void lost(String reason);
    }

    /**
     * Completes when this node is a member, also as the only one. Fails after a timeout; a member that starts
     * later is shut down at once.
     */
    static Future<Membership> join(Vertx outer, ClusterSettings settings) {
        Promise<Membership> joined = Promise.promise();
        long late = outer.setTimer(JOIN_SECONDS * 1_000, timer -> joined.tryFail(
                "Hazelcast has not joined within " + JOIN_SECONDS + " s"));
        // A thread of its own: on a thread of Vert.x a second Vert.x warns, and the config asks DNS if the
        // host is a name.
        thread("gyre-join", () -> {
            try {
                Subscriptions manager = new Subscriptions(MemberConfig.of(settings));
                vertx(settings, manager).onComplete(vertx -> {
                    Membership membership = new Membership(vertx, manager);
                    outer.cancelTimer(late);
                    if (!joined.tryComplete(membership)) {
                        membership.abandon(outer);
                    }
                }, joined::tryFail);
            } catch (RuntimeException e) {
                joined.tryFail(e);
            }
        }).start();
        return joined.future();
    }

    private static Thread thread(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    /** A Vert.x on the cluster's event bus. */
    static Future<Vertx> vertx(ClusterSettings settings, Subscriptions manager) {
        VertxOptions options = new VertxOptions()
                .setEventLoopPoolSize(1)
                .setFileSystemOptions(new FileSystemOptions()
                        .setClassPathResolvingEnabled(false).setFileCachingEnabled(false))
                .setEventBusOptions(bus(settings));
        return Vertx.builder().with(options).withClusterManager(manager).buildClustered().onSuccess(vertx ->
                vertx.setPeriodic(REFRESH_MILLIS, timer -> manager.refresh()));
    }

    private static EventBusOptions bus(ClusterSettings settings) {
        EventBusOptions bus = new EventBusOptions()
                .setHost(settings.host()).setPort(settings.eventBusPort())
                .setClusterPublicHost(settings.host())
                .setConnectTimeout(2_000)
                .setClusterPingInterval(5_000).setClusterPingReplyInterval(5_000);
        settings.tls().ifPresent(tls -> secure(bus, tls));
        return bus;
    }

    /** Both sides present a certificate of the same authority. */
    private static void secure(EventBusOptions bus, ClusterTls tls) {
        bus.setSsl(true)
                .setKeyCertOptions(new PemKeyCertOptions().setCertPath(tls.cert()).setKeyPath(tls.key()))
                .setTrustOptions(new PemTrustOptions().addCertPath(tls.ca()))
                .setClientAuth(ClientAuth.REQUIRED)
                // By default the event bus trusts every certificate.
                .setTrustAll(false);
    }

    void listen(Listener listener) {
        hazelcast.getCluster().addMembershipListener(new MembershipAdapter() {
            @Override
            public void memberAdded(MembershipEvent event) {
                listener.changed();
            }

            @Override
            public void memberRemoved(MembershipEvent event) {
                String member = event.getMember().getAttribute(BUS_ID);
                if (member != null) {
                    listener.left(member);
                }
                listener.changed();
            }
        });
        hazelcast.getLifecycleService().addLifecycleListener(event -> {
            if (event.getState() == LifecycleEvent.LifecycleState.MERGED) {
                listener.changed();
            } else if (event.getState() == LifecycleEvent.LifecycleState.SHUTDOWN && !over.get()) {
                listener.lost("Hazelcast has stopped");
            }
        });
    }

    boolean isRunning() {
        return hazelcast.getLifecycleService().isRunning();
    }

    /** A call into Hazelcast does not return. */
    boolean isStuck() {
        return subscriptions.stuck();
    }

    /** The shared maps. */
    Future<SharedMaps> maps() {
        return SharedMaps.open(vertx, id, hazelcast);
    }

    Vertx vertx() {
        return vertx;
    }

    /** This node's id on the event bus. */
    String id() {
        return id;
    }

    /** Addresses of the members that are not among these nodes, by their ids on the event bus. */
    List<String> strangers(Set<String> nodes) {
        return members().filter(member -> !nodes.contains(String.valueOf(member.getAttribute(BUS_ID))))
                .map(Membership::address).toList();
    }

    /** The others' addresses, by their ids on the event bus. */
    Map<String, String> otherAddresses() {
        return members().filter(member -> !member.localMember() && member.getAttribute(BUS_ID) != null)
                .collect(Collectors.toMap(member -> member.getAttribute(BUS_ID), Membership::address,
                        (one, other) -> one));
    }

    /** The address of a member, by its id on the event bus; empty if there is none. */
    Optional<String> address(String member) {
        return members().filter(one -> member.equals(one.getAttribute(BUS_ID))).map(Membership::address)
                .findFirst();
    }

    private static String address(Member member) {
        return member.getAddress().getHost() + ":" + member.getAddress().getPort();
    }

    /** Number of other members that could be nodes. */
    int others() {
        return (int) members().filter(member -> !member.localMember() && !member.isLiteMember()).count();
    }

    /** Number of members, including those that are not nodes of Gyre. */
    int size() {
        return (int) members().count();
    }

    /** None once Hazelcast has stopped, also if it stopped by itself. */
    private Stream<Member> members() {
        try {
            return hazelcast.getCluster().getMembers().stream();
        } catch (HazelcastInstanceNotActiveException e) {
            return Stream.empty();
        }
    }

    /** Shuts down a lost membership, without a message to the others. */
    Future<Void> abandon(Vertx outer) {
        over.set(true);
        Promise<Void> ended = Promise.promise();
        thread("gyre-leave", () -> {
            try {
                hazelcast.getLifecycleService().terminate();
            } finally {
                ended.tryComplete();
            }
        }).start();
        outer.setTimer(ABANDON_SECONDS * 1_000, late -> {
            if (ended.tryComplete()) {
                // While Hazelcast merges, or waits for its own listeners, it holds the lock that its end
                // needs. Its ports are needed again.
                thread("gyre-leave-now", () -> node().shutdown(true)).start();
            }
        });
        return ended.future().transform(terminated -> close(outer, ABANDON_SECONDS));
    }

    private Node node() {
        return ((HazelcastInstanceProxy) hazelcast).getOriginal().node;
    }

    /** Announces the end to the others if that is still possible. */
    Future<Void> leave(Vertx outer) {
        over.set(true);
        return close(outer, LEAVE_SECONDS);
    }

    /** Timed by a Vert.x that continues; the closing one may stop its own timers first. */
    private Future<Void> close(Vertx outer, long seconds) {
        Promise<Void> closed = Promise.promise();
        outer.setTimer(seconds * 1_000, late -> closed.tryComplete());
        vertx.close().onComplete(done -> closed.tryComplete());
        return closed.future();
    }
}
