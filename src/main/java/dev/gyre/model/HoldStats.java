package dev.gyre.model;

/**
 * What this node sees of the requests of one service that wait for no connection but for a release, or for a
 * backend to come.
 *
 * @param waiting at this moment
 * @param waited  in all since the node's start, those that still wait included
 * @param refused because too many waited
 */
public record HoldStats(int waiting, long waited, long refused) {
}
