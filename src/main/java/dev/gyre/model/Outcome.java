package dev.gyre.model;

/** How a request's hold on a backend ended. */
public sealed interface Outcome {

    /** The backend's answer reached the client in full, or another try was to replace it. */
    record Answered(int status) implements Outcome { }

    /** It did not. */
    record Failed(Failure failure) implements Outcome { }

    /** The request left for another backend, because this one was drained or another answered first. */
    record Moved() implements Outcome { }
}
