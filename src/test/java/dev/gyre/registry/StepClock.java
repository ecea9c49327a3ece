package dev.gyre.registry;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/** Stands still until told otherwise. */
public final class StepClock implements InstantSource {

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-03-01T12:00:00Z"));

    public StepClock() {
    }

    /** Shows the same time now, and goes its own way. */
    StepClock(StepClock other) {
        now.set(other.instant());
    }

    @Override
    public Instant instant() {
        return now.get();
    }

    public void step(Duration by) {
        now.updateAndGet(instant -> instant.plus(by));
    }
}
