package dev.gyre.listener;

import dev.gyre.loop.Loop;
import dev.gyre.model.ExchangeListener;
import io.netty.channel.Channel;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpConnection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The clients connected to one event loop, and the ports they came through. Used on that loop only. */
public final class ClientConnections {

    private final ListenerState state;
    private final Loop loop;
    private final ExchangeListener exchanges;
    private final Set<ClientConnection> open = new HashSet<>();
    /** The listening sockets that clients came through. */
    private final Set<Channel> ports = new HashSet<>();
    private final MemoryRelief relief;
    private boolean stopping;

    /** @param exchanges hears of the requests on this loop that never reach an exchange */
    public ClientConnections(ListenerState state, Loop loop, ExchangeListener exchanges) {
        this.state = state;
        this.loop = loop;
        this.exchanges = exchanges;
        this.relief = new MemoryRelief(loop, open);
    }

    /** Takes a connection, unless it is gone already or one too many. */
    public void accept(HttpConnection connection) {
        if (ClientConnection.isGone(connection)
                || !state.admission().admits(ClientConnection.channel(connection))) {
            connection.close();
            return;
        }
        ClientConnection client = ClientConnection.accept(this, connection);
        if (ports.add(client.port())) {
            state.admission().guard(client.port());
        }
        open.add(client);
        connection.closeHandler(v -> {
            client.gone();
            open.remove(client);
        });
        if (stopping) {
            client.stopping();
        }
    }

    /** From now on every answer ends its connection, and idle connections go. */
    public void stop() {
        stopping = true;
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
        List.copyOf(open).forEach(ClientConnection::stop);
    }

    public int count() {
        return open.size();
    }

    ListenerState state() {
        return state;
    }

    ExchangeListener exchanges() {
        return exchanges;
    }

    Loop loop() {
        return loop;
    }

    MemoryRelief relief() {
        return relief;
    }
}
