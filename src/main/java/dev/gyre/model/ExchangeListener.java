package dev.gyre.model;

/**
 * Hears of every request once, after its end. It is called on the event loop on which the request ended, so
 * from several threads, and must neither block nor throw.
 */
@FunctionalInterface
public interface ExchangeListener {

    void finished(FinishedExchange exchange);
}
