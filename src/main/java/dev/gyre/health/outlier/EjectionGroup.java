package dev.gyre.health.outlier;

import dev.gyre.model.Backend;
import dev.gyre.model.EjectionPolicy;
import dev.gyre.model.Fitness;
import dev.gyre.model.Overlap;
import dev.gyre.model.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The backends of one service that are to take requests, and how many of them may be ejected. */
final class EjectionGroup {

    private static final long SPOKEN_FOR_NANOS = Duration.ofMinutes(1).toNanos();

    private final String name;
    private EjectionPolicy policy;
    private List<Backend> backends = List.of();
    /** Of these, at the same index. */
    private List<OutlierState> all = List.of();
    /** Those that do not drain. */
    private List<OutlierState> members = List.of();
    private PeerStatistics peers;
    private Optional<Long> spokenNanos = Optional.empty();

    /** @param name the service's */
    EjectionGroup(String name, EjectionPolicy policy, long nowNanos) {
        this.name = name;
        this.policy = policy;
        this.peers = new PeerStatistics(members, policy, nowNanos);
    }

    /** @param suspect who a backend is that was not there before */
    void show(Service service, Function<Backend, OutlierState> suspect) {
        policy = service.policy().ejection();
        all = Overlap.of(backends, service.backends(), Backend::isSameAs)
                .carry(all, service.backends(), suspect);
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
        return members.stream().filter(one -> one.term().ejected()).count();
    }

    /** Nobody takes requests, but for the rule that then everybody does. */
    boolean nobodyFit(Fitness fitness) {
        return members.stream().noneMatch(one -> fitness.fit(one.id()));
    }

    /** No more of them may be ejected. */
    boolean full() {
        return ejected() >= policy.atMost(members.size());
    }

    /** Requests have somewhere else to go. */
    boolean othersFit(OutlierState suspect, Fitness fitness) {
        return members.stream().anyMatch(one -> one != suspect && fitness.fit(one.id()));
    }

    /** It is time to say once more that somebody was spared: a dead fleet must not fill the log. */
    boolean maySpeak(long nowNanos) {
        boolean may = spokenNanos.isEmpty() || nowNanos - spokenNanos.get() >= SPOKEN_FOR_NANOS;
        if (may) {
            spokenNanos = Optional.of(nowNanos);
        }
        return may;
    }
}
