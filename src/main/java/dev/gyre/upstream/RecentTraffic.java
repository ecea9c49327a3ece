package dev.gyre.upstream;

import dev.gyre.model.BackendStats;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The last ten seconds of one backend's pool, sampled each second, and whether it stayed full. */
final class RecentTraffic {

    private static final int SECONDS = 10;
    /**
     * So many samples in a row must show a full pool with requests waiting or refused before it is called
     * full.
     */
    private static final int STAYS_FULL = 3;
    private static final long LOG_EVERY = Duration.ofMinutes(1).toNanos();

    /** Longer than the ten seconds that anybody looks back, so that the end of the traffic is seen, too. */
    private static final long ACTIVE_FOR = Duration.ofSeconds(15).toNanos();

    private record Sample(long atNanos, Reading reading, List<Long> waits, int waiting) {
    }

    /** Small, for most of a large fleet's backends see nothing for hours. */
    private final Deque<Sample> samples = new ArrayDeque<>(1);
    private int fullInARow;
    private boolean logged;
    private long loggedAt;
    private boolean used;
    private long usedNanos;

    /** Whether there were recent requests; to be asked from the first request on, until it is false. */
    boolean active(long nowNanos, BackendPool pool) {
        if (!used || pool.slots().inUse()) {
            used = true;
            usedNanos = nowNanos;
        }
        used = nowNanos - usedNanos < ACTIVE_FOR;
        return used;
    }

    void add(long nowNanos, Reading reading, BackendPool pool) {
        Sample last = samples.peekLast();
        long refusedBefore = last == null ? 0 : last.reading().sum().refused();
        ConnectionSlots slots = pool.slots();
        boolean full = slots.taken() >= slots.limit()
                && (slots.waiting() > 0 || reading.sum().refused() > refusedBefore);
        fullInARow = full ? fullInARow + 1 : 0;
        samples.addLast(new Sample(nowNanos, reading, newWaits(last, reading), slots.waiting()));
        if (samples.size() > SECONDS + 1) {
            samples.removeFirst();
        }
    }

    /** @param before null for a pool's first sample: all that it counted is new */
    private static List<Long> newWaits(Sample before, Reading after) {
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < after.loops().size(); i++) {
            LoopCount loop = after.loops().get(i);
            int kept = loop.latestWaits().length;
            long known = before == null ? 0 : before.reading().loops().get(i).waits();
            long from = Math.max(known, loop.waits() - kept);
            for (long number = from; number < loop.waits(); number++) {
                waits.add(loop.latestWaits()[(int) (number % kept)]);
            }
        }
        return waits;
    }

    /** Present if the pool stays full and was not logged within the last minute. */
    Optional<PoolWindow> saturationToLog(long nowNanos, BackendPool pool) {
        if (logged && nowNanos - loggedAt < LOG_EVERY) {
            return Optional.empty();
        }
        Optional<PoolWindow> saturated = saturation(pool);
        if (saturated.isPresent()) {
            logged = true;
            loggedAt = nowNanos;
        }
        return saturated;
    }

    BackendStats stats(Reading reading, BackendPool pool) {
        LoopCount sum = reading.sum();
        ConnectionSlots slots = pool.slots();
        int idle = slots.idle();
        return new BackendStats(pool.id(), sum.inFlight(), sum.ended(), sum.failed(), sum.succeeded(),
                slots.limit(), Math.max(0, slots.taken() - idle), idle, slots.waiting(), sum.refused(),
                sum.opened(), waitMedian(),
                saturation(pool).map(Saturation::sentence), pool.connectFailure());
    }

    /** Empty unless the pool stays full. */
    private Optional<PoolWindow> saturation(BackendPool pool) {
        if (fullInARow < STAYS_FULL) {
            return Optional.empty();
        }
        LoopCount first = samples.peekFirst().reading().sum();
        LoopCount last = samples.peekLast().reading().sum();
        double seconds = (samples.peekLast().atNanos() - samples.peekFirst().atNanos()) / 1e9;
        long served = last.served() - first.served();
        long serviceNanos = served == 0 ? 0 : (last.servedNanos() - first.servedNanos()) / served;
        long waited = served == 0 ? 0 : (last.waitedNanos() - first.waitedNanos()) / served;
        // Requests that still wait are not counted yet: just after a pool became full that is nearly all.
        double queue = samples.stream().mapToInt(Sample::waiting).average().orElse(0);
        long waitNanos = served == 0 ? 0 : Math.max(waited, (long) (queue * seconds * 1e9 / served));
        ConnectionSlots slots = pool.slots();
        return Optional.of(new PoolWindow(pool.id(), slots.limit(), pool.policy().maxConnections(),
                slots.taken() - slots.idle(), slots.waiting(), waitMedian(), served / seconds,
                (last.refused() - first.refused()) / seconds, Duration.ofNanos(serviceNanos),
                Duration.ofNanos(waitNanos)));
    }

    private Duration waitMedian() {
        List<Long> waits = samples.stream().flatMap(s -> s.waits().stream()).sorted().toList();
        return waits.isEmpty() ? Duration.ZERO : Duration.ofNanos(waits.get(waits.size() / 2));
    }
}
