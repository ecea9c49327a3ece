package dev.gyre.model;

/**
 * Hears of requests, of each once, after its end. It is called by one thread at a time, mostly by the event
 * loop that it was made for, and must neither block nor throw.
 */
@FunctionalInterface
public interface ExchangeListener {

    void finished(FinishedExchange exchange);
}
