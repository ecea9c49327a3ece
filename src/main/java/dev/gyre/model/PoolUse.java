package dev.gyre.model;

/**
 * How much of one backend's limit a node uses at this moment.
 *
 * @param maxConnections the limit of all nodes together
 * @param limit          connections this node may have open
 * @param open           connections open or being opened, which may be more while a lower limit is new
 * @param demand         connections it could use: in use, and requests that wait
 */
public record PoolUse(int maxConnections, int limit, int open, int demand) {
}
