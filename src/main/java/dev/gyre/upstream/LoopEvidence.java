package dev.gyre.upstream;

import dev.gyre.model.AnswerTimes;
import dev.gyre.model.EjectionPolicy.Weight;
import dev.gyre.model.Traffic;

/**
 * What one event loop's requests say about one backend: plain fields, written and read on that loop only.
 */
final class LoopEvidence {

    private long requests;
    private long failures;
    private long answers;
    private long waiting;
    /** Most of a large fleet's backends see nothing for hours, and need none of their own. */
    private int[] times = Traffic.NONE.times();

    void waits() {
        waiting++;
    }

    void waitsNoMore() {
        waiting--;
    }

    void answerBegan() {
        answers++;
    }

    long answers() {
        return answers;
    }

    /** @param answerNanos from the request's last byte to the answer's first; 0: not known */
    void ended(Weight weight, long answerNanos) {
        if (weight == Weight.NONE) {
            return;
        }
        requests++;
        if (weight != Weight.GOOD) {
            failures++;
        } else if (answerNanos > 0) {
            if (times == Traffic.NONE.times()) {
                times = new int[AnswerTimes.BUCKETS];
            }
            times[AnswerTimes.bucket(answerNanos)]++;
        }
    }

    Traffic read() {
        if (requests == 0 && answers == 0 && waiting == 0) {
            return Traffic.NONE;
        }
        return new Traffic(requests, failures, answers, waiting,
                times == Traffic.NONE.times() ? times : times.clone());
    }
}
