/**
 * Connections to backends. How many there may be to one backend is counted for the whole node
 * ({@link dev.gyre.pool.BackendPool}); the connections themselves live on one event loop each
 * ({@link dev.gyre.pool.LoopPool}) and never leave it. A request holds a backend by a
 * {@link dev.gyre.pool.Lease}, which ends exactly once.
 */
package dev.gyre.pool;
