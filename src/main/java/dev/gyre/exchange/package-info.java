/**
 * One request from its head to its one end. {@link dev.gyre.exchange.Proxy} deploys the data path, one
 * verticle for each event loop. A request enters here:
 *
 * <pre>
 *  ProxyVerticle                     opens the ports; takes each connection (ClientConnections.accept)
 *  listener.Http1ClientStream.begin  is called by Vert.x for each request whose head is decoded
 *  ProxyLoop.handle                  makes an Exchange of it
 *  Exchange.start                    gate, route, hold, admit, select, send, answer, end
 * </pre>
 *
 * <p>{@link dev.gyre.exchange.Exchange} is the state machine of one request, by the transitions of
 * {@link dev.gyre.exchange.ExchangeTable}. {@link dev.gyre.model.Failure} says which status a failure gives
 * the client.
 */
package dev.gyre.exchange;
