/**
 * A service as the data path sees it. {@link dev.gyre.upstream.View} is the immutable form of the topology,
 * made once for the node when something changes. A backend is picked on an event loop, by these in turn:
 *
 * <pre>
 *  exchange.Attempts.pick   names the backends that this request has tried
 *  ServiceRuntime.pick      the sticky client's own backend; else asks the tiers, own zone first, with
 *                           demands lowered step by step
 *  TierSelector             says which backends meet the demand, and their load
 *  balancing.Selector       whose turn it is by the service's strategy
 * </pre>
 *
 * <p>Connections and requests are counted apart. {@link dev.gyre.upstream.ConnectionSlots} counts the
 * connections to one backend for the whole node; each connection lives on one event loop
 * ({@link dev.gyre.upstream.LoopPool}) and never leaves it. A request is a stream on one of them, by a
 * {@link dev.gyre.upstream.Lease}, which ends exactly once. Limits of the pool are limits of connections;
 * load, and what is in flight, is leases.
 */
package dev.gyre.upstream;
