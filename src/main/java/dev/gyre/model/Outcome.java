package dev.gyre.model;

/** How a request's hold on a backend ended. */
public sealed interface Outcome {

    /**
     * The backend's answer reached the client in full, or another try was to replace it.
     *
     * @param early it came while the backend waited for the client to send the rest of the request
     */
    record Answered(int status, boolean early) implements Outcome {

        public Answered(int status) {
            this(status, false);
        }
    }

    /**
     * It did not.
     *
     * @param fault the side whose turn it was when it happened; only a backend's fault is charged to it
     */
    record Failed(Failure failure, Failure.Side fault) implements Outcome {

        public Failed(Failure failure) {
            this(failure, failure.side());
        }
    }

    /** The request left for another backend, because this one was drained or another answered first. */
    record Moved() implements Outcome { }
}
