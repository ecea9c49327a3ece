package dev.gyre.model;

/**
 * One attempt of a finished request at one backend. Times are in nanoseconds since the first byte of the
 * request; 0 for what did not happen.
 *
 * @param reason    why it was made
 * @param begun     when the backend was chosen
 * @param connected when it had a connection; of two, the last one
 * @param answered  when the head of an answer had come
 * @param ended     when it gave up its hold on the backend
 */
public record FinishedAttempt(BackendId backend, Reason reason, long begun, long connected, long answered,
        long ended, Outcome outcome) {

    /** Why an attempt was made. */
    public enum Reason {
        /** The request had not been to a backend before. */
        FIRST,
        /** An attempt before it failed, or its answer was not good enough. */
        RETRY,
        /** The attempt beside it was slow. */
        HEDGE,
        /** The backend of the attempt before it left the rotation while the request waited for it. */
        MOVED
    }
}
