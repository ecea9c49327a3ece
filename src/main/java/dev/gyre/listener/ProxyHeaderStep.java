package dev.gyre.listener;

import dev.gyre.config.Listener;
import dev.gyre.gate.ProxyHeaderError;
import dev.gyre.vertx.Reset;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/** Learns from the proxies in front of a listener whose connections these are. */
public final class ProxyHeaderStep implements EntryStep {

    private final Listener listener;
    private final boolean acceptOthers;

    /** @param listener of proxies */
    public ProxyHeaderStep(Listener listener) {
        this.listener = listener;
        this.acceptOthers = listener.proxies().orElseThrow().acceptOthers();
    }

    @Override
    public void begin(Arrival arrival) {
        Optional<InetAddress> peer = listener.unix().isPresent() ? Optional.empty()
                : Optional.of(arrival.peer().getAddress());
        if (Admission.tellsOfClients(listener, peer)) {
            ProxyHeaderReader reader = new ProxyHeaderReader(arrival.loop(), new Header(arrival));
            arrival.channel().pipeline().addLast(reader);
            arrival.within(arrival.state().policy().limits().head(), reader::timedOut);
        } else if (acceptOthers) {
            arrival.proceed();
        } else {
            refuse(arrival, ProxyHeaderError.UNLISTED_PEER);
            Reset.close(arrival.channel());
        }
    }

    private static void refuse(Arrival arrival, ProxyHeaderError error) {
        arrival.state().refusals().proxyHeader(error, arrival.address());
    }

    private record Header(Arrival arrival) implements ProxyHeaderReader.Owner {

        @Override
        public void told(Optional<InetSocketAddress> client) {
            if (client.isEmpty()) {
                arrival.proceed();
            } else if (arrival.state().admission().admitsClient(arrival.channel(),
                    client.get().getAddress())) {
                arrival.peer(client.get());
                arrival.proceed();
            } else {
                Reset.close(arrival.channel());
            }
        }

        @Override
        public void refused(ProxyHeaderError error) {
            refuse(arrival, error);
        }
    }
}
