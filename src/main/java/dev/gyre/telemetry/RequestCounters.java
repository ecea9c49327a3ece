package dev.gyre.telemetry;

import dev.gyre.model.ExchangeListener;
import dev.gyre.model.Failure;
import dev.gyre.model.NodeAnswer;
import dev.gyre.model.RequestCount;
import dev.gyre.model.StatusClass;
import dev.gyre.model.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Counts every request of a node once, at its end, by service, class of status and failure. Each event loop
 * counts for itself; the sums are made when somebody reads them. Thread-safe.
 */
public final class RequestCounters {

    private static final StatusClass[] CODES = StatusClass.values();
    private static final Failure[] FAILURES = Failure.values();

    private final List<LoopRequests> loops = new CopyOnWriteArrayList<>();
    private volatile Set<String> known = Set.of();

    /** A new listener, which counts for one event loop. */
    public ExchangeListener listener() {
        LoopRequests counted = new LoopRequests();
        loops.add(counted);
        return counted;
    }

    /** Forgets services that are not in this topology. */
    public void keep(Topology topology) {
        known = Set.copyOf(topology.services().keySet());
        loops.forEach(loop -> loop.services().retainAll(known));
    }

    /**
     * All that are not zero, and the answers of each service in every class that a backend may answer with;
     * in the order of the services' names, after those of no service.
     */
    public List<RequestCount> counts() {
        List<RequestCount> counts = new ArrayList<>();
        add(Optional.empty(), counts);
        for (NodeAnswer answer : NodeAnswer.values()) {
            add(answer, counts);
        }
        Set<String> names = new TreeSet<>(known);
        loops.forEach(loop -> names.addAll(loop.services()));
        names.forEach(name -> add(Optional.of(name), counts));
        return counts;
    }

    private void add(NodeAnswer answer, List<RequestCount> to) {
        long[][] sums = new long[EndCounters.ENDS][EndCounters.CLASSES];
        loops.forEach(loop -> loop.counters(answer).addTo(sums));
        for (StatusClass code : CODES) {
            long count = sums[0][code.ordinal()];
            if (count > 0) {
                to.add(new RequestCount(Optional.empty(), code, Optional.empty(), Optional.of(answer),
                        count));
            }
        }
    }

    private void add(Optional<String> service, List<RequestCount> to) {
        long[][] sums = new long[EndCounters.ENDS][EndCounters.CLASSES];
        loops.forEach(loop -> loop.counters(service).ifPresent(counters -> counters.addTo(sums)));
        for (int i = 0; i < sums.length; i++) {
            Optional<Failure> failure = i == 0 ? Optional.empty() : Optional.of(FAILURES[i - 1]);
            for (StatusClass code : CODES) {
                long count = sums[i][code.ordinal()];
                // A counter that appears with its first request shows a reader no increase.
                boolean always = service.isPresent() && i == 0
                        && code.compareTo(StatusClass.SUCCESSFUL) >= 0;
                if (count > 0 || always) {
                    to.add(new RequestCount(service, code, failure, count));
                }
            }
        }
    }
}
