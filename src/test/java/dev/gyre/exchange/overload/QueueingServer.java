package dev.gyre.exchange.overload;

import dev.gyre.model.ConcurrencyLimit;
import dev.gyre.model.Priority;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;

/**
 * A backend that works on so many requests at a time and lets the others wait, and clients that come at a
 * rate whatever happens to them; who is refused goes home. Time is stepped.
 */
final class QueueingServer {

    static final long MILLI = 1_000_000;
    static final long SECOND = 1_000 * MILLI;

    private record Request(Permit place, long since, long done) {
    }

    /** What was seen of a stretch of time. */
    record Seen(int answered, Map<Priority, Integer> refused, double medianMillis, double p99Millis) {

        int refused(Priority priority) {
            return refused.getOrDefault(priority, 0);
        }
    }

    final ServiceLimit limit;
    private final Random random = new Random(7);
    private final PriorityQueue<Request> running =
            new PriorityQueue<>((one, other) -> Long.signum(one.done() - other.done()));
    private final Deque<Request> waiting = new ArrayDeque<>();
    /** Near the end of its range, so that times wrap. */
    private long now = Long.MAX_VALUE - 5 * SECOND;
    private int workers;
    /** Of a request, in nanoseconds; given a number, 0..1. */
    private DoubleUnaryOperator work;
    private double failing;

    QueueingServer(ConcurrencyLimit setting, int workers, double millis) {
        this.limit = new ServiceLimit("web", now);
        limit.adopt(setting, Priority.NORMAL);
        this.workers = workers;
        takes(millis);
    }

    /** From now on a request takes so long on average, and from half to half as much again. */
    void takes(double millis) {
        takes((DoubleUnaryOperator) lot -> millis * MILLI * (0.5 + lot));
    }

    void takes(DoubleUnaryOperator nanos) {
        work = nanos;
    }

    void workers(int now) {
        workers = now;
    }

    /** Such a share of requests fails, after their time. */
    void fails(double share) {
        failing = share;
    }

    int limitNow() {
        return limit.stats().orElseThrow().limit();
    }

    Seen run(double seconds, double perSecond) {
        return run(seconds, Map.of(Priority.NORMAL, perSecond));
    }

    Seen run(double seconds, Map<Priority, Double> perSecond) {
        double all = perSecond.values().stream().mapToDouble(rate -> rate).sum();
        List<Long> times = new ArrayList<>();
        Map<Priority, Integer> refused = new EnumMap<>(Priority.class);
        long end = now + (long) (seconds * SECOND);
        long nextSample = now + SECOND;
        long next = now + gap(all);
        while (next - end < 0) {
            while (!running.isEmpty() && running.peek().done() - next < 0) {
                end(running.poll(), times);
            }
            now = next;
            if (now - nextSample >= 0) {
                limit.sample(now);
                nextSample += SECOND;
            }
            Priority priority = draw(perSecond, all);
            limit.admit(priority, now).ifPresentOrElse(place -> start(new Request(place, now, 0)),
                    () -> refused.merge(priority, 1, Integer::sum));
            next = now + gap(all);
        }
        times.sort(null);
        return new Seen(times.size(), refused, times.isEmpty() ? 0 : times.get(times.size() / 2) / 1e6,
                times.isEmpty() ? 0 : times.get(times.size() * 99 / 100) / 1e6);
    }

    private long gap(double perSecond) {
        return (long) (-Math.log(1 - random.nextDouble()) / perSecond * SECOND);
    }

    private Priority draw(Map<Priority, Double> perSecond, double all) {
        double lot = random.nextDouble() * all;
        for (Map.Entry<Priority, Double> one : perSecond.entrySet()) {
            lot -= one.getValue();
            if (lot < 0) {
                return one.getKey();
            }
        }
        return perSecond.keySet().iterator().next();
    }

    private void start(Request request) {
        if (running.size() < workers) {
            running.add(new Request(request.place(), request.since(),
                    now + (long) work.applyAsDouble(random.nextDouble())));
        } else {
            waiting.add(request);
        }
    }

    private void end(Request request, List<Long> times) {
        now = request.done();
        if (random.nextDouble() < failing) {
            request.place().failed(now);
        } else {
            request.place().answered(now - request.since(), now);
            times.add(now - request.since());
        }
        request.place().end();
        while (!waiting.isEmpty() && running.size() < workers) {
            start(waiting.poll());
        }
    }
}
