package dev.gyre.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A service that is not the same in two topologies. What did not change is the same instance in both, so that
 * to find the changes takes one comparison of references for each service and a look at those that changed.
 *
 * @param before empty: it is new
 * @param after  empty: it is gone
 */
public record ServiceChange(Optional<Service> before, Optional<Service> after) {

    /** In the order of their names. */
    public static List<ServiceChange> between(Topology before, Topology after) {
        List<ServiceChange> changes = new ArrayList<>();
        Iterator<Service> old = before.services().values().iterator();
        Iterator<Service> now = after.services().values().iterator();
        Service one = next(old);
        Service other = next(now);
        while (one != null || other != null) {
            int order = one == other ? 0 : one == null ? 1 : other == null ? -1
                    : one.name().compareTo(other.name());
            if (order < 0) {
                changes.add(new ServiceChange(Optional.of(one), Optional.empty()));
            } else if (order > 0) {
                changes.add(new ServiceChange(Optional.empty(), Optional.of(other)));
            } else if (one != other) {
                changes.add(new ServiceChange(Optional.of(one), Optional.of(other)));
            }
            one = order <= 0 ? next(old) : one;
            other = order >= 0 ? next(now) : other;
        }
        return changes;
    }

    /** Null at the end: thousands of wrappers a change would be most of its cost. */
    private static Service next(Iterator<Service> services) {
        return services.hasNext() ? services.next() : null;
    }

    public String name() {
        return after.or(() -> before).orElseThrow().name();
    }

    /** The backends that are there no more; one with another weight has not left. */
    public List<BackendId> left() {
        return missing(before, after);
    }

    /** The backends that were not there before. */
    public List<BackendId> came() {
        return missing(after, before);
    }

    private static List<BackendId> missing(Optional<Service> of, Optional<Service> in) {
        List<Backend> all = of.map(Service::backends).orElse(List.of());
        List<Backend> others = in.map(Service::backends).orElse(List.of());
        Overlap overlap = Overlap.of(all, others, Backend::isSameAs);
        List<BackendId> missing = new ArrayList<>();
        overlap.between(all).forEach(backend -> missing.add(of.get().id(backend)));
        if (!missing.isEmpty() && in.isPresent()) {
            Set<BackendId> there = new HashSet<>();
            overlap.between(others).forEach(backend -> there.add(in.get().id(backend)));
            missing.removeIf(there::contains);
        }
        return missing;
    }
}
