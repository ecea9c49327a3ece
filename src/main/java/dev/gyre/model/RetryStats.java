package dev.gyre.model;

/**
 * What this node has counted about the retries of one service since its start.
 *
 * @param retried  tries that followed a failed one; the resending on a fresh connection is none
 * @param hedged   tries beside a slow one
 * @param refused  retries and hedges that the budget did not allow
 * @param budget   retries and hedges it would allow at this moment
 */
public record RetryStats(long retried, long hedged, long refused, double budget) {
}
