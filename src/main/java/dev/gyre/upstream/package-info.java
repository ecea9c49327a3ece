/**
 * A service as the data path sees it. {@link dev.gyre.upstream.View} is the immutable form of the topology,
 * {@link dev.gyre.upstream.ServiceRuntime} picks a backend on one event loop. How many connections there may
 * be to one backend is counted for the whole node ({@link dev.gyre.upstream.BackendPool}); the connections
 * themselves live on one event loop each ({@link dev.gyre.upstream.LoopPool}) and never leave it. A request
 * holds a backend by a {@link dev.gyre.upstream.Lease}, which ends exactly once.
 */
package dev.gyre.upstream;
