package dev.gyre.listener;

import dev.gyre.loop.DeadlineWheel.Deadline;
import dev.gyre.loop.Loop;
import dev.gyre.model.ClientTls;
import dev.gyre.model.Peer;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** A connection on its way through the steps of its listener. Used on its event loop. */
public final class Arrival extends Deadline {

    /** How long one may take that is under way when the node stops. */
    private static final Duration MOMENT = Duration.ofSeconds(1);

    /** The address of those that have none. */
    private static final InetSocketAddress NOWHERE = new InetSocketAddress(0);

    private final ClientConnections clients;
    private final Channel channel;
    private final Iterator<EntryStep> steps;
    private final long acceptedNanos;
    private InetSocketAddress peer;
    private Peer client;
    private Optional<ClientTls> tls = Optional.empty();
    private PortRules rules = PortRules.NONE;
    private Runnable late = () -> { };
    private boolean over;

    /** @param peer empty on a Unix socket */
    Arrival(ClientConnections clients, Channel channel, Optional<InetSocketAddress> peer,
            List<EntryStep> steps) {
        this.clients = clients;
        this.channel = channel;
        this.steps = steps.iterator();
        this.acceptedNanos = clients.loop().nanos();
        this.peer = peer.orElse(NOWHERE);
        this.client = clients.state().admission().peer(peer.map(InetSocketAddress::getAddress));
    }

    public Channel channel() {
        return channel;
    }

    public Loop loop() {
        return clients.loop();
    }

    /** What holds towards clients, and what is counted of them. */
    public ListenerState state() {
        return clients.state();
    }

    /** Of the client, as far as it is known by now; {@code 0.0.0.0:0} on a Unix socket. */
    public InetSocketAddress peer() {
        return peer;
    }

    /** The same in text, without port. */
    public String address() {
        return client.address();
    }

    /** Who the client is, as far as it is known by now. */
    Peer client() {
        return client;
    }

    /** A proxy has told whose connection this is. */
    public void peer(InetSocketAddress told) {
        peer = told;
        client = state().admission().peer(Optional.of(told.getAddress()));
    }

    /** The connection is under TLS from now on. */
    public void tls(ClientTls agreed) {
        tls = Optional.of(agreed);
    }

    Optional<ClientTls> tls() {
        return tls;
    }

    /** Its requests are served by these. */
    void rules(PortRules ofListener) {
        rules = ofListener;
    }

    PortRules rules() {
        return rules;
    }

    long acceptedNanos() {
        return acceptedNanos;
    }

    /** @param late runs if the present step is not over after this time; the connection is closed then */
    public void within(Duration time, Runnable late) {
        this.late = late;
        if (!over) {
            loop().schedule(this, clients.stopping() && time.compareTo(MOMENT) > 0 ? MOMENT : time);
        }
    }

    /** Begins the next step; after the last one the connection's requests are served. */
    public void proceed() {
        if (over) {
            return;
        }
        loop().cancel(this);
        late = () -> { };
        if (steps.hasNext()) {
            steps.next().begin(this);
        } else {
            over = true;
            clients.arrived(this);
        }
    }

    /** The connection has closed, or its requests are served. */
    void end() {
        over = true;
        loop().cancel(this);
    }

    /** The node stops: the way is over within a moment, or the connection closes. */
    void stopping() {
        if (!over) {
            late = () -> { };
            loop().schedule(this, MOMENT);
        }
    }

    /** Closes at once. */
    public void close() {
        end();
        channel.unsafe().close(channel.unsafe().voidPromise());
    }

    @Override
    protected void expired() {
        late.run();
        close();
    }
}
