package dev.gyre.cluster;

/** The verdict on a message that a node of the cluster has signed. */
enum MessageVerdict {
    /** It is new. */
    TAKEN,
    /** Its session has not yet answered a challenge ({@link SessionChallenges}). */
    UNKNOWN,
    /** Its session is alive, but another one of the same node id is alive too, at another address. */
    TWIN,
    /** It was received before, or its session has ended. */
    REPLAYED,
    /** A later one was received before. */
    LATE
}
