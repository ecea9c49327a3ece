package dev.gyre.balancing;

/** What a {@link Selector} may know of the elements of its list at the moment of a pick. */
public interface Candidates {

    /** May be picked: it has room, and nothing else speaks against it. */
    boolean accepts(int index);

    /** Requests the node has in flight there, failures counted as {@link FailurePenalty} says; 0 or more. */
    double load(int index);

    /** How long it lately took to answer, in nanoseconds; more than 0. */
    double nanos(int index);
}
