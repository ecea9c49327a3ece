/**
 * One request from its head to its one end. {@link dev.gyre.exchange.Proxy} deploys the data path, one
 * verticle for each event loop. A request enters here:
 *
 * <pre>
 *  ProxyVerticle             opens the ports; takes each connection (ClientConnections.accept)
 *  listener.Http1Requests    begins each request whose head is decoded, when the one before is over
 *  ProxyLoop.handle          makes an Exchange of it
 *  Exchange.start            gate, route, hold, admit, select, send, answer, end
 * </pre>
 *
 * <p>{@link dev.gyre.exchange.Exchange} is the state machine of one request, by the transitions of
 * {@link dev.gyre.exchange.ExchangeTable}. {@link dev.gyre.model.Failure} says which status a failure gives
 * the client.
 */
package dev.gyre.exchange;
