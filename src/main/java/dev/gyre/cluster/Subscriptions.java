package dev.gyre.cluster;

import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.config.Config;
import com.hazelcast.core.LifecycleEvent;
import io.vertx.core.Completable;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.core.spi.cluster.RegistrationListener;
import io.vertx.core.spi.cluster.RegistrationUpdateEvent;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The subscriptions of the event bus. Vert.x keeps them in a map of Hazelcast, and updates what a member has
 * read by events only; if several members join and leave at once, an event or an entry can be lost, and two
 * running nodes would not receive each other's messages until something else changes. So each member
 * periodically writes its own again, and reads again what it has read.
 *
 * <p>The manager below answers events of Hazelcast with calls into Hazelcast, under its monitor, on the
 * thread of the event. While links are cut such a call lasts minutes, and a leaving member waits for the
 * monitor, because Hazelcast reports its own end in the same way. So events are handled on a thread of their
 * own here, and no call that others wait for takes the monitor.
 */
final class Subscriptions extends HazelcastClusterManager {

    /** Of {@link #refresh}, that a call may take: longer than Hazelcast takes to give one up. */
    private static final int LOOKS = 6;

    private final Map<String, Set<RegistrationInfo>> own = new ConcurrentHashMap<>();
    private final Set<String> read = ConcurrentHashMap.newKeySet();
    private final AtomicInteger refreshing = new AtomicInteger();
    private final PendingCalls calls = new PendingCalls(LOOKS);
    private final ExecutorService events = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "gyre-members");
        thread.setDaemon(true);
        return thread;
    });
    private RegistrationListener listener;
    private volatile NodeInfo reached;
    private volatile boolean left;

    Subscriptions(Config config) {
        super(config);
    }

    @Override
    public void memberAdded(MembershipEvent event) {
        later(() -> super.memberAdded(event));
    }

    @Override
    public void memberRemoved(MembershipEvent event) {
        later(() -> super.memberRemoved(event));
    }

    @Override
    public void stateChanged(LifecycleEvent event) {
        later(() -> super.stateChanged(event));
    }

    private void later(Runnable answer) {
        try {
            events.execute(answer);
        } catch (RejectedExecutionException e) {
            // This member has left: its subscriptions no longer matter.
        }
    }

    @Override
    public void setNodeInfo(NodeInfo info, Completable<Void> done) {
        reached = info;
        super.setNodeInfo(info, done);
    }

    @Override
    public NodeInfo getNodeInfo() {
        return reached;
    }

    @Override
    public void getNodeInfo(String node, Completable<NodeInfo> found) {
        super.getNodeInfo(node, calls.begin(found));
    }

    @Override
    public void registrationListener(RegistrationListener notified) {
        listener = notified;
        super.registrationListener(notified);
    }

    @Override
    public void addRegistration(String address, RegistrationInfo info, Completable<Void> done) {
        if (!info.localOnly()) {
            own.computeIfAbsent(address, a -> ConcurrentHashMap.newKeySet()).add(info);
        }
        super.addRegistration(address, info, done);
    }

    @Override
    public void removeRegistration(String address, RegistrationInfo info, Completable<Void> done) {
        own.computeIfPresent(address, (a, infos) -> infos.remove(info) && infos.isEmpty() ? null : infos);
        super.removeRegistration(address, info, done);
    }

    @Override
    public void getRegistrations(String address, Completable<List<RegistrationInfo>> found) {
        read.add(address);
        super.getRegistrations(address, found);
    }

    @Override
    public void leave(Completable<Void> done) {
        left = true;
        events.shutdown();
        super.leave(done);
    }

    /**
     * Called on a context of this member's Vert.x; a failure is repaired the next time. Does nothing while
     * calls of the last time still wait for Hazelcast.
     */
    void refresh() {
        calls.look();
        if (left || !refreshing.compareAndSet(0, 1)) {
            return;
        }
        // The address of this member is in a map as well.
        refreshing.incrementAndGet();
        later(() -> super.setNodeInfo(reached,
                calls.begin((done, failure) -> refreshing.decrementAndGet())));
        own.forEach((address, infos) -> infos.forEach(info -> announceAgain(address, info)));
        read.removeIf(address -> !listener.wantsUpdatesFor(address));
        read.forEach(this::readAgain);
        refreshing.decrementAndGet();
    }

    private void announceAgain(String address, RegistrationInfo info) {
        refreshing.incrementAndGet();
        super.addRegistration(address, info, calls.begin((done, failure) -> {
            refreshing.decrementAndGet();
            // Cancelled meanwhile, and now written again: remove it, so that nobody sends to it.
            if (!own.getOrDefault(address, Set.of()).contains(info)) {
                super.removeRegistration(address, info, (removed, e) -> { });
            }
        }));
    }

    private void readAgain(String address) {
        refreshing.incrementAndGet();
        super.getRegistrations(address, calls.begin((found, failure) -> {
            refreshing.decrementAndGet();
            if (failure == null) {
                listener.registrationsUpdated(new RegistrationUpdateEvent(address, found));
            }
        }));
    }

    /** A call does not return, and what waits for it never happens: only another membership helps. */
    boolean stuck() {
        return calls.stuck();
    }

    /** The listener on this member for changes of subscriptions. */
    RegistrationListener listener() {
        return listener;
    }
}
