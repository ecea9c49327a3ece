package dev.gyre.balancing;

import dev.gyre.model.Backend;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Gives every index its share of the picks, spread as evenly as whole picks allow: any stretch of picks holds
 * each index's exact share to within two, a stretch as long as the sum of the weights to within one. A pick
 * costs O(1) for equal weights, otherwise O(log n) amortised, and allocates nothing.
 *
 * <p>Source: S. Baruah, N. Cohen, C. Plaxton, D. Varvel, "Proportionate progress: a notion of fairness in
 * resource allocation", 1996; for one resource R. Tijdeman, "The chairman assignment problem", 1980.
 */
final class SmoothWeightedRoundRobin implements Rotation {

    /*
     * One round has W slots, W being the sum of the weights, and each slot is one pick. An index of weight w
     * has w turns in a round. Were picks divisible, turn k (from 0) would last from kW/w to (k+1)W/w; it is
     * given any one slot that touches this span. Taking, slot by slot, the open turn whose span ends first
     * always finds such a slot for all of them: turns are jobs of length one with a release and a deadline on
     * one machine, and the spans themselves are a (divisible) schedule that shows that they fit.
     *
     * The usual algorithm (raise every weight, take the highest) needs O(n) per pick. Ordering turns by
     * deadline alone, without release, needs one heap only but lets a heavy index have its turns in a row.
     *
     * All spans end with the round, so the next one starts from scratch: no number grows with the picks made.
     */
    /*
     * A state put together by joinAt is a lawful one, but over all starting places its very next picks do not
     * follow the weights: 6, 3, 1 would get first picks of 4, 4, 2, which tells where selectors are rebuilt
     * often. Picks made from there, or from the round's beginning if that is near, restore the usual order.
     */
    private static final int LEAD_IN = 4096;

    private final int[] weights;
    private final long slots;
    private final boolean rotation;
    private final int[] turn;
    private final IndexHeap waiting;
    private final IndexHeap open;
    private long slot;

    /**
     * Starts at a random place of the round.
     *
     * @param weights at least one, each 1..1000
     * @param random  read only here
     */
    SmoothWeightedRoundRobin(int[] weights, RandomGenerator random) {
        this.weights = inLowestTerms(weights);
        slots = Arrays.stream(this.weights).asLongStream().sum();
        rotation = slots == weights.length;
        int heapSize = rotation ? 0 : weights.length;
        turn = new int[heapSize];
        waiting = new IndexHeap(heapSize);
        open = new IndexHeap(heapSize);
        long start = random.nextLong(slots);
        slot = rotation ? start : Math.max(0, start - LEAD_IN);
        if (!rotation) {
            joinAt(slot);
            while (slot < start) {
                next();
            }
        }
    }

    @Override
    public int next() {
        if (slot == slots) {
            startRound();
        }
        if (rotation) {
            return (int) slot++;
        }
        while (!waiting.isEmpty() && waiting.leastKey() <= slot) {
            int index = waiting.poll();
            open.add(index, deadline(index));
        }
        slot++;
        int picked = open.poll();
        takeTurn(picked);
        return picked;
    }

    private void startRound() {
        slot = 0;
        for (int index = 0; index < turn.length; index++) {
            turn[index] = 0;
            open.add(index, deadline(index));
        }
    }

    private void takeTurn(int index) {
        turn[index]++;
        if (turn[index] < weights[index]) {
            waiting.add(index, turn[index] * slots / weights[index]);
        }
    }

    /** The slot before which the index's present turn is to be given. */
    private long deadline(int index) {
        return ((turn[index] + 1) * slots + weights[index] - 1) / weights[index];
    }

    /**
     * Sets a state that a round may have after some picks: every turn that ended before has been given, and
     * the picks left over went to those turns then under way that have the nearest deadlines.
     */
    private void joinAt(long picks) {
        long given = picks;
        for (int index = 0; index < turn.length; index++) {
            long share = picks * weights[index];
            turn[index] = (int) (share / slots);
            given -= turn[index];
            if (share % slots == 0) {
                waiting.add(index, picks);
            } else {
                open.add(index, deadline(index));
            }
        }
        for (; given > 0; given--) {
            takeTurn(open.poll());
        }
    }

    /** Elements moved so far: the cost of all picks, told without a clock. */
    long steps() {
        return waiting.steps() + open.steps();
    }

    private static int[] inLowestTerms(int[] weights) {
        if (weights.length == 0) {
            throw new IllegalArgumentException("weights: none (expected: at least one)");
        }
        int divisor = 0;
        for (int weight : weights) {
            if (weight < 1 || weight > Backend.MAX_WEIGHT) {
                throw new IllegalArgumentException("weight: " + weight + " (expected: 1..1000)");
            }
            divisor = gcd(weight, divisor);
        }
        int common = divisor;
        return Arrays.stream(weights).map(weight -> weight / common).toArray();
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}
