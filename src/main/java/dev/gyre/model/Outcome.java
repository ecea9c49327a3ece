package dev.gyre.model;

/** How a request's hold on a backend ended. */
public sealed interface Outcome {

    /** The backend's answer reached the client in full. */
    record Answered(int status) implements Outcome { }

    /** It did not. */
    record Failed(Failure failure) implements Outcome { }

    /** The request left before it was sent, e.g. because the backend it waited for was drained. */
    record Moved() implements Outcome { }
}
