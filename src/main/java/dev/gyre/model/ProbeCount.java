package dev.gyre.model;

/**
 * How often this node has looked after one backend's health since it began to.
 *
 * @param sent   probes sent
 * @param failed of these, failed
 * @param spared probes not sent because requests had just been answered well
 * @param flips  times the verdict has changed
 */
public record ProbeCount(long sent, long failed, long spared, long flips) {
}
