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
 * Who listens to which address of the event bus. Vert.x keeps that in a map of Hazelcast, and what a member
 * has once read of it is brought up to date by events alone; while members come and go at once, an event or
 * an entry can be lost, and two nodes that are up would not hear one another for as long as nothing else
 * changes. So each member writes its own again now and then, and reads again what it has read.
 *
 * <p>The manager under it answers the events of Hazelcast with calls into Hazelcast, under its monitor, on
 * the thread that brought the event. While links are cut such a call lasts minutes, and a member that
 * leaves waits for the monitor: Hazelcast tells of its own end in the same way. So events are answered on a
 * thread of their own here, and nothing that others wait for takes the monitor.
 */
final class Subscriptions extends HazelcastClusterManager {

    private final Map<String, Set<RegistrationInfo>> own = new ConcurrentHashMap<>();
    private final Set<String> read = ConcurrentHashMap.newKeySet();
    private final AtomicInteger refreshing = new AtomicInteger();
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
            // This member has left: nobody needs to know any more.
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
    public void registrationListener(RegistrationListener told) {
        listener = told;
        super.registrationListener(told);
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
     * To be called on a context of this member's Vert.x; what fails is done the next time. Does nothing while
     * calls of the last time still wait for Hazelcast.
     */
    void refresh() {
        if (left || !refreshing.compareAndSet(0, 1)) {
            return;
        }
        // Where this member is reached is in a map as well.
        refreshing.incrementAndGet();
        later(() -> super.setNodeInfo(reached, (done, failure) -> refreshing.decrementAndGet()));
        own.forEach((address, infos) -> infos.forEach(info -> announceAgain(address, info)));
        read.removeIf(address -> !listener.wantsUpdatesFor(address));
        read.forEach(this::readAgain);
        refreshing.decrementAndGet();
    }

    private void announceAgain(String address, RegistrationInfo info) {
        refreshing.incrementAndGet();
        super.addRegistration(address, info, (done, failure) -> {
            refreshing.decrementAndGet();
            // Given up meanwhile, and now there again: nobody is to send to it.
            if (!own.getOrDefault(address, Set.of()).contains(info)) {
                super.removeRegistration(address, info, (removed, e) -> { });
            }
        });
    }

    private void readAgain(String address) {
        refreshing.incrementAndGet();
        super.getRegistrations(address, (found, failure) -> {
            refreshing.decrementAndGet();
            if (failure == null) {
                listener.registrationsUpdated(new RegistrationUpdateEvent(address, found));
            }
        });
    }

    /** Who hears on this member which subscriptions there are. */
    RegistrationListener listener() {
        return listener;
    }
}
