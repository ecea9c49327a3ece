package dev.gyre.api;

import dev.gyre.model.BackendHealth;
import dev.gyre.model.BackendId;
import dev.gyre.model.ProbeCount;
import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** The metrics of probes and health. */
final class HealthMetrics {

    private HealthMetrics() {
    }

    static void write(Map<BackendId, ProbeCount> probes, BackendHealth backendHealth, Exposition to) {
        SortedMap<BackendId, ProbeCount> sorted = sorted(probes);
        write("probes_total", "Probes sent by this node.", sorted, ProbeCount::sent, to);
        write("probe_failures_total", "Probes that failed.", sorted, ProbeCount::failed, to);
        write("probes_spared_total", "Probes not sent as requests had just been answered well.", sorted,
                ProbeCount::spared, to);
        write("health_flips_total", "Changes of the verdict of all probes.", sorted, ProbeCount::flips, to);
        write("unfit", "1 while the backend is down or ejected, else 0; absent while nothing is known.",
                sorted(backendHealth.conditions()), condition -> condition.healthy() ? 0 : 1, to);
    }

    private static <T> void write(String name, String help, SortedMap<BackendId, T> all,
            ToDoubleFunction<T> value, Exposition to) {
        to.family("gyre_backend_" + name, help);
        all.forEach((id, of) -> to.sample(value.applyAsDouble(of), id));
    }

    private static <T> SortedMap<BackendId, T> sorted(Map<BackendId, T> all) {
        SortedMap<BackendId, T> sorted = new TreeMap<>(Comparator.comparing(BackendId::toString));
        sorted.putAll(all);
        return sorted;
    }
}
