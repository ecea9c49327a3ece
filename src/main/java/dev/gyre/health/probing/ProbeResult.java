package dev.gyre.health.probing;

/** The result of one probe. */
sealed interface ProbeResult {

    record Passed() implements ProbeResult { }

    /** @param reason in words for the operator, e.g. {@code connection refused} */
    record Failed(String reason) implements ProbeResult { }

    /** The probe failed by this node's own fault: it says nothing about the backend. */
    record Inconclusive(String reason) implements ProbeResult { }
}
