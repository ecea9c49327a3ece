package dev.gyre.upstream;

import java.util.List;

/** The counters of one backend at one moment, by event loop and in sum. */
record Reading(List<LoopCount> loops, LoopCount sum) {

    static Reading of(List<LoopCount> loops) {
        LoopCount sum = loops.stream().reduce(LoopCount.ZERO, LoopCount::plus);
        return new Reading(List.copyOf(loops), sum);
    }

    long inFlight() {
        return sum.inFlight();
    }
}
