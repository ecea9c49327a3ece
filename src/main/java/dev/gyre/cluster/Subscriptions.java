package dev.gyre.cluster;

import com.hazelcast.config.Config;
import io.vertx.core.Completable;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.core.spi.cluster.RegistrationListener;
import io.vertx.core.spi.cluster.RegistrationUpdateEvent;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who listens to which address of the event bus. Vert.x keeps that in a map of Hazelcast, and what a member
 * has once read of it is brought up to date by events alone; while members come and go at once, an event or
 * an entry can be lost, and two nodes that are up would not hear one another for as long as nothing else
 * changes. So each member now and then says its own anew and reads again what it has read.
 */
final class Subscriptions extends HazelcastClusterManager {

    private final Map<String, Set<RegistrationInfo>> own = new ConcurrentHashMap<>();
    private final Set<String> read = ConcurrentHashMap.newKeySet();
    private RegistrationListener listener;
    private volatile boolean left;

    Subscriptions(Config config) {
        super(config);
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
        super.leave(done);
    }

    /** To be called on a context of this member's Vert.x; what fails is done the next time. */
    void refresh() {
        if (left) {
            return;
        }
        // Where this member is reached is in a map as well.
        setNodeInfo(getNodeInfo(), (done, failure) -> { });
        own.forEach((address, infos) -> infos.forEach(info -> sayAnew(address, info)));
        read.removeIf(address -> !listener.wantsUpdatesFor(address));
        read.forEach(this::readAnew);
    }

    private void sayAnew(String address, RegistrationInfo info) {
        super.addRegistration(address, info, (done, failure) -> {
            // Given up meanwhile, and now there again: nobody is to send to it.
            if (!own.getOrDefault(address, Set.of()).contains(info)) {
                super.removeRegistration(address, info, (removed, e) -> { });
            }
        });
    }

    private void readAnew(String address) {
        super.getRegistrations(address, (found, failure) -> {
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
