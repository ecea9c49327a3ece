package dev.gyre.cluster;

/** What is to be done with a message that a node of the cluster has signed. */
enum MessageVerdict {
    /** It is new. */
    TAKEN,
    /** Its session has not shown yet that it lives ({@link SessionChallenges}). */
    UNKNOWN,
    /** Its session lives, but another one of the same node id lives too, at another address. */
    TWIN,
    /** It has come before, or its session has ended. */
    REPLAYED,
    /** A later one has come before it. */
    LATE
}
