/**
 * A service as the data path sees it. {@link dev.gyre.upstream.View} is the immutable form of the topology,
 * {@link dev.gyre.upstream.ServiceRuntime} picks a backend on one event loop.
 *
 * <p>Connections and requests are counted apart. {@link dev.gyre.upstream.ConnectionSlots} counts the
 * connections to one backend for the whole node; each connection lives on one event loop
 * ({@link dev.gyre.upstream.LoopPool}) and never leaves it. A request is a stream on one of them, by a
 * {@link dev.gyre.upstream.Lease}, which ends exactly once. Limits of the pool are limits of connections;
 * load, and what is in flight, is leases.
 */
package dev.gyre.upstream;
