/**
 * One request from its head to its one end. {@link dev.gyre.exchange.Exchange} is the state machine of one
 * request, {@link dev.gyre.exchange.ExchangeTable} its transitions; {@link dev.gyre.exchange.Proxy} deploys
 * the data path, one verticle per event loop.
 */
package dev.gyre.exchange;
