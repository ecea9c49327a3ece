package dev.gyre.health;

import dev.gyre.model.BackendHealth;
import dev.gyre.model.BackendId;
import dev.gyre.model.Condition;
import dev.gyre.model.Service;
import dev.gyre.model.ServiceChange;
import dev.gyre.model.Topology;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Joins the verdicts of all sources on a backend into one {@link BackendHealth}. Only a flip is published: a
 * verdict that repeats what is known changes nothing. Thread-safe.
 */
public final class Verdicts {

    /** The sources of verdicts. If two find a backend unhealthy, the first named here gives the reason. */
    public enum Source { PROBES, TRAFFIC }

    private final Consumer<BackendHealth> listener;
    private final Executor later;
    private final Map<BackendId, Map<Source, Condition>> bySource = new HashMap<>();
    private final Map<BackendId, Condition> conditions = new HashMap<>();
    private Topology topology = Topology.empty();
    /** The backends of each service, as far as they were needed since its last change. */
    private final Map<String, Set<BackendId>> existing = new HashMap<>();
    /** The joined verdicts as of the last publication, and the changes since. */
    private BackendHealth backendHealth = BackendHealth.UNKNOWN;
    private final Map<BackendId, Optional<Condition>> changes = new HashMap<>();
    private boolean scheduled;

    /**
     * @param listener takes each new state, one at a time
     * @param later    runs its tasks in order and after the caller: all flips of one moment are published at
     *                 once, because one costs as much as a thousand
     */
    public Verdicts(Consumer<BackendHealth> listener, Executor later) {
        this.listener = listener;
        this.later = later;
    }

    /**
     * Sets the existing backends; verdicts on all others are dropped. Called before the data path sees the
     * topology, so that no verdict on a new backend is lost.
     */
    public synchronized void apply(Topology next) {
        for (ServiceChange change : ServiceChange.between(topology, next)) {
            existing.remove(change.name());
            change.left().forEach(this::forget);
        }
        topology = next;
    }

    private void forget(BackendId gone) {
        bySource.remove(gone);
        if (conditions.remove(gone) != null) {
            changes.put(gone, Optional.empty());
            schedulePublication();
        }
    }

    private boolean known(BackendId backend) {
        Service service = topology.services().get(backend.service());
        return service != null && existing.computeIfAbsent(service.name(), first ->
                service.backends().stream().map(service::id).collect(Collectors.toSet())).contains(backend);
    }

    /** A source's verdict on a backend, until its next one; ignored for an unknown backend. */
    public synchronized void set(Source source, BackendId backend, Condition condition) {
        if (known(backend)) {
            bySource.computeIfAbsent(backend, first -> new EnumMap<>(Source.class)).put(source, condition);
            update(backend);
        }
    }

    /** A source withdraws its verdict on this backend. */
    public synchronized void clear(Source source, BackendId backend) {
        Map<Source, Condition> of = bySource.get(backend);
        if (of != null && of.remove(source) != null) {
            update(backend);
        }
    }

    /** The current verdicts; the data path may be a moment behind. */
    public synchronized BackendHealth backendHealth() {
        if (!changes.isEmpty()) {
            backendHealth = backendHealth.with(changes);
            changes.clear();
        }
        return backendHealth;
    }

    private void update(BackendId backend) {
        Optional<Condition> now = joined(bySource.get(backend).values());
        Optional<Condition> before = Optional.ofNullable(conditions.get(backend));
        boolean same = now.isPresent() == before.isPresent() && now.map(condition ->
                condition.state() == before.get().state() && condition.since().equals(before.get().since()))
                .orElse(true);
        if (!same) {
            now.ifPresentOrElse(condition -> conditions.put(backend, condition),
                    () -> conditions.remove(backend));
            changes.put(backend, now);
            schedulePublication();
        }
    }

    /** Unhealthy by the first source that says so; healthy since the last source found it healthy. */
    private static Optional<Condition> joined(Collection<Condition> bySource) {
        return bySource.stream().filter(condition -> !condition.healthy()).findFirst()
                .or(() -> bySource.stream().max(Comparator.comparing(Condition::since)));
    }

    private void schedulePublication() {
        if (!scheduled) {
            scheduled = true;
            later.execute(this::publish);
        }
    }

    private synchronized void publish() {
        scheduled = false;
        listener.accept(backendHealth());
    }
}
