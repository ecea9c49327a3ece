package dev.gyre.listener;

/**
 * A step on the way from an accepted connection to its first request, such as a TLS handshake. One serves all
 * connections of a listener, on all event loops.
 */
public interface EntryStep {

    /**
     * Begins with a connection, which has the handlers of earlier steps or none. The step ends with
     * {@link Arrival#proceed} on the connection's event loop, or with the connection.
     */
    void begin(Arrival arrival);
}
