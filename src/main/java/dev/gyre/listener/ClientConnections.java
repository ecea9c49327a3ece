package dev.gyre.listener;

import dev.gyre.config.Listener;
import dev.gyre.loop.Loop;
import dev.gyre.model.ExchangeListener;
import dev.gyre.model.Failure;
import io.netty.channel.Channel;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The clients connected to one event loop, and the ports they came through. Used on that loop only. */
public final class ClientConnections {

    /** What serves the requests of one event loop. */
    public interface Server {

        void handle(ClientStream client);

        /**
         * Counts and logs a head that could not be decoded.
         *
         * @param headers those that could be
         * @param address of the client
         * @return what it is answered with, as the last answer on its connection
         */
        Failure refused(Throwable cause, MultiMap headers, String address);
    }

    private final ListenerState state;
    private final Loop loop;
    private final Server server;
    private final ExchangeListener exchanges;
    private final Set<ClientConnection> open = new HashSet<>();
    /** Those whose requests are not served yet. */
    private final Set<Arrival> arriving = new HashSet<>();
    /** The listening sockets that clients came through. */
    private final Set<Channel> ports = new HashSet<>();
    private final MemoryRelief relief;
    private boolean stopping;

    /** @param exchanges hears of the requests on this loop that never reach an exchange */
    public ClientConnections(ListenerState state, Loop loop, Server server, ExchangeListener exchanges) {
        this.state = state;
        this.loop = loop;
        this.server = server;
        this.exchanges = exchanges;
        this.relief = new MemoryRelief(loop, open);
    }

    /**
     * Takes a connection that has no handlers yet, unless it is gone already or one too many.
     *
     * @param listener that it came through
     * @param steps    what comes before its first request
     */
    public void accept(Channel connection, Listener listener, List<EntryStep> steps) {
        if (ports.add(connection.parent())) {
            state.admission().guard(connection.parent(), listener);
        }
        if (Admission.isGone(connection, listener) || !state.admission().admits(connection)) {
            connection.close();
            return;
        }
        Arrival arrival = new Arrival(this, connection, Admission.address(connection, listener), steps);
        if (!steps.isEmpty()) {
            arriving.add(arrival);
            connection.closeFuture().addListener(closed -> left(arrival));
        }
        arrival.proceed();
    }

    private void left(Arrival arrival) {
        arrival.end();
        arriving.remove(arrival);
    }

    /** It has passed all steps. */
    void arrived(Arrival arrival) {
        arriving.remove(arrival);
        ClientConnection client = ClientConnection.accept(this, arrival);
        open.add(client);
        if (stopping) {
            client.stopping();
        }
    }

    void gone(ClientConnection client) {
        client.gone();
        open.remove(client);
    }

    /** From now on every answer ends its connection, and idle connections go. */
    public void stop() {
        stopping = true;
        arriving.forEach(Arrival::stopping);
        open.forEach(ClientConnection::stopping);
    }

    public boolean stopping() {
        return stopping;
    }

    /** Lets no new connection begin; those that have begun are still taken. */
    public void refuseNew() {
        ports.stream().filter(Channel::isOpen).forEach(NewConnections::refuse);
    }

    /**
     * Takes no more connections. A server of Vert.x that is shut down first stops to handle connections and
     * then to accept them: what comes in between would be lost.
     */
    public Future<Void> closePorts() {
        return Future.join(ports.stream().map(ClientConnections::close).toList()).mapEmpty();
    }

    private static Future<Void> close(Channel port) {
        Promise<Void> closed = Promise.promise();
        port.close().addListener(done -> closed.complete());
        return closed.future();
    }

    /** The time is up for clients that are still connected. */
    public void abort() {
        List.copyOf(arriving).forEach(Arrival::close);
        List.copyOf(open).forEach(ClientConnection::stop);
    }

    public int count() {
        return open.size() + arriving.size();
    }

    ListenerState state() {
        return state;
    }

    ExchangeListener exchanges() {
        return exchanges;
    }

    Server server() {
        return server;
    }

    Loop loop() {
        return loop;
    }

    MemoryRelief relief() {
        return relief;
    }
}
