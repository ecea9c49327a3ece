package dev.gyre.health.outlier;

import dev.gyre.model.Backend;
import dev.gyre.model.BackendHealth;
import dev.gyre.model.EjectionPolicy;
import dev.gyre.model.Overlap;
import dev.gyre.model.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The backends of one service, and how many of them may be ejected. */
final class EjectionGroup {

    private static final long LOG_EVERY_NANOS = Duration.ofMinutes(1).toNanos();

    private final String name;
    private EjectionPolicy policy;
    private List<Backend> backends = List.of();
    /** Their states, at the same index. */
    private List<OutlierState> all = List.of();
    /** The backends that do not drain. */
    private List<OutlierState> members = List.of();
    private PeerStatistics peers;
    private Optional<Long> loggedNanos = Optional.empty();

    /** @param name the service's */
    EjectionGroup(String name, EjectionPolicy policy, long nowNanos) {
        this.name = name;
        this.policy = policy;
        this.peers = new PeerStatistics(members, policy, nowNanos);
    }

    /** @param state makes the state of a new backend */
    void apply(Service service, Function<Backend, OutlierState> state) {
        policy = service.policy().ejection();
        all = Overlap.of(backends, service.backends(), Backend::isSameAs)
                .carry(all, service.backends(), state);
        backends = service.backends();
        List<OutlierState> wanted = new ArrayList<>(all.size());
        for (int i = 0; i < backends.size(); i++) {
            if (!backends.get(i).draining()) {
                wanted.add(all.get(i));
            }
        }
        members = wanted;
    }

    String name() {
        return name;
    }

    EjectionPolicy policy() {
        return policy;
    }

    List<OutlierState> members() {
        return members;
    }

    /** As of the last comparison. */
    PeerStatistics peers() {
        return peers;
    }

    PeerStatistics compare(long nowNanos) {
        peers = new PeerStatistics(members, policy, nowNanos);
        return peers;
    }

    long ejected() {
        return members.stream().filter(one -> one.backoff().ejected()).count();
    }

    /** No backend is healthy. */
    boolean noneHealthy(BackendHealth backendHealth) {
        return members.stream().noneMatch(one -> backendHealth.healthy(one.id()));
    }

    /** As many are ejected as allowed. */
    boolean full() {
        return ejected() >= policy.atMost(members.size());
    }

    /** Another backend is healthy. */
    boolean othersHealthy(OutlierState state, BackendHealth backendHealth) {
        return members.stream().anyMatch(one -> one != state && backendHealth.healthy(one.id()));
    }

    /** Limits the log line on skipped ejections: a dead fleet must not fill the log. */
    boolean mayLog(long nowNanos) {
        boolean may = loggedNanos.isEmpty() || nowNanos - loggedNanos.get() >= LOG_EVERY_NANOS;
        if (may) {
            loggedNanos = Optional.of(nowNanos);
        }
        return may;
    }
}
