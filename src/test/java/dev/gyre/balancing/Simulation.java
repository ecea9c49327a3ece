package dev.gyre.balancing;

import java.util.Arrays;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Requests come at random times and are given to servers by a selector; time and dice are simulated. A server
 * has so many workers, and who finds them busy waits there.
 */
final class Simulation implements Candidates {

    /**
     * How a server works.
     *
     * @param meanNanos time an answer takes, on average; exponentially distributed
     * @param fails     answers 503 at once instead
     */
    record Server(double meanNanos, int workers, boolean fails) { }

    private record Done(long at, int server, long begun) { }

    private final Server[] servers;
    private final RandomGenerator dice;
    private final int[] inFlight;
    private final long[][] freeAt;
    private final FailurePenalty[] conduct;
    private final PeakEwma[] times;
    private final int[] picked;
    private long now = 1;
    private double usual = 1e6;

    Simulation(long seed, Server... servers) {
        this.servers = servers;
        this.dice = new SplittableRandom(seed);
        inFlight = new int[servers.length];
        picked = new int[servers.length];
        freeAt = new long[servers.length][];
        Arrays.setAll(freeAt, i -> new long[servers[i].workers()]);
        conduct = new FailurePenalty[servers.length];
        Arrays.setAll(conduct, i -> new FailurePenalty());
        times = new PeakEwma[servers.length];
        Arrays.setAll(times, i -> new PeakEwma());
    }

    /** Time to answer of every request, in nanoseconds, sorted. */
    long[] run(Selector selector, int requests, double perSecond) {
        PriorityQueue<Done> ends = new PriorityQueue<>((a, b) -> Long.compare(a.at(), b.at()));
        long[] took = new long[requests];
        for (int i = 0; i < requests; i++) {
            now += (long) (exponential() * 1e9 / perSecond);
            while (!ends.isEmpty() && ends.peek().at() <= now) {
                end(ends.poll());
            }
            usual = Arrays.stream(times).filter(time -> !time.unknown()).mapToDouble(PeakEwma::last).min()
                    .orElse(1e6);
            Arrays.stream(conduct).forEach(of -> of.compareWith(usual));
            int server = selector.pick(this, dice.nextLong());
            picked[server]++;
            inFlight[server]++;
            long end = serve(server);
            took[i] = end - now;
            ends.add(new Done(end, server, now));
        }
        Arrays.sort(took);
        return took;
    }

    private long serve(int server) {
        if (servers[server].fails()) {
            return now + 100_000;
        }
        long[] workers = freeAt[server];
        int first = 0;
        for (int i = 1; i < workers.length; i++) {
            first = workers[i] < workers[first] ? i : first;
        }
        workers[first] = Math.max(now, workers[first])
                + (long) (exponential() * servers[server].meanNanos());
        return workers[first];
    }

    private void end(Done done) {
        inFlight[done.server()]--;
        if (servers[done.server()].fails()) {
            conduct[done.server()].failed(done.at());
            times[done.server()].observeFailed(done.at() - done.begun(), done.at());
        } else {
            times[done.server()].observe(done.at() - done.begun(), done.at());
        }
    }

    private double exponential() {
        return -Math.log(1 - dice.nextDouble());
    }

    /** Requests given to each server. */
    int[] picked() {
        return picked;
    }

    @Override
    public boolean accepts(int index) {
        return true;
    }

    @Override
    public double load(int index) {
        return inFlight[index] + conduct[index].failures(now);
    }

    @Override
    public double nanos(int index) {
        return Math.max(1, times[index].at(now, usual, inFlight[index] > 0));
    }
}
