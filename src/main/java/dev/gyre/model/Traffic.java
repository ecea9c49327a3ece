package dev.gyre.model;

/**
 * What one backend has made of its requests since the node started, by the weights of its service's
 * {@link EjectionPolicy}; all but {@code waiting} only grow.
 *
 * @param requests that say something about the backend
 * @param failures of these, the doubtful ones included
 * @param answers  begun, whatever became of them
 * @param waiting  requests that have been sent in full and whose answer has not begun, at this moment
 * @param times    from a request's last byte to the answer's first, of good answers, as
 *                 {@link AnswerTimes} counts them; its counts may wrap around
 */
public record Traffic(long requests, long failures, long answers, long waiting, int[] times) {

    public static final Traffic NONE = new Traffic(0, 0, 0, 0, new int[AnswerTimes.BUCKETS]);

    public Traffic plus(Traffic other) {
        if (this == NONE || other == NONE) {
            return this == NONE ? other : this;
        }
        int[] sum = times.clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += other.times[i];
        }
        return new Traffic(requests + other.requests, failures + other.failures, answers + other.answers,
                waiting + other.waiting, sum);
    }
}
