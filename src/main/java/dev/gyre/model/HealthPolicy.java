package dev.gyre.model;

import java.time.Duration;

/**
 * When a backend of a service counts as healthy.
 *
 * @param interval from one probe of a backend to the next, give or take a tenth
 * @param timeout  for the whole of a probe
 * @param rise     probes passed in a row that make a backend healthy again, 1..100
 * @param fall     probes failed in a row that make it unhealthy, 1..100
 * @param panic    all backends in rotation are offered when a smaller share of them is healthy, 0..1;
 *                 with 0 only when none is
 */
public record HealthPolicy(Probe probe, Duration interval, Duration timeout, int rise, int fall,
        double panic) {

    public static final HealthPolicy DEFAULT = new HealthPolicy(new Probe.None(), Duration.ofSeconds(5),
            Duration.ofSeconds(1), 2, 3, 0);

    public boolean probes() {
        return !(probe instanceof Probe.None);
    }
}
