package dev.gyre.exchange;

import dev.gyre.listener.ClientStream;
import dev.gyre.model.BackendId;
import dev.gyre.model.Failure;
import dev.gyre.model.TunnelEnding;
import dev.gyre.model.TunnelPolicy;
import dev.gyre.tunnel.Splice;
import dev.gyre.upstream.BackendStream;

/** An exchange from a 101 on: it passes bytes both ways, and is no longer one of HTTP. */
final class Tunnel implements Splice.Parent {

    /** The exchange that has become a tunnel. */
    interface Parent {

        /** Both connections are closed. */
        void tunnelEnded();
    }

    private final Parent parent;
    private final LoopContext context;
    private final ClientStream client;
    private final ServiceTunnels counts;
    private final BackendId backend;
    private Splice splice;
    private TunnelEnding why;
    private long toBackend;
    private long toClient;

    Tunnel(Parent parent, LoopContext context, ClientStream client, ServiceTunnels counts,
            BackendId backend) {
        this.parent = parent;
        this.context = context;
        this.client = client;
        this.counts = counts;
        this.backend = backend;
    }

    /** Passes the 101 on, and lets both connections give up HTTP. */
    void begin(String protocol, BackendStream from, TunnelPolicy policy) {
        client.status(from.status());
        client.reason(from.reason());
        context.toClient().writeInterim(from.fields(), client.answerHeaders());
        Upgrade.write(protocol, client.answerHeaders());
        counts.opened();
        splice = new Splice(context.loop(), client.switchProtocols(), from.switchProtocols(), policy, this);
        if (Upgrade.isWebSocket(protocol)) {
            splice.followFrames(context.random());
        }
        splice.begin();
        context.tunnels().add(splice, backend);
    }

    @Override
    public void moved(int bytes, boolean up) {
        counts.moved(bytes, up);
        if (up) {
            toBackend += bytes;
        } else {
            toClient += bytes;
        }
    }

    @Override
    public void ended(TunnelEnding reason) {
        // Why this node has cut the client's connection, the tunnel does not see.
        why = reason == TunnelEnding.CLIENT_RESET ? cut(client.lost()) : reason;
        counts.ended(why);
        context.tunnels().remove(splice);
        parent.tunnelEnded();
    }

    private static TunnelEnding cut(Failure cause) {
        return TunnelEnding.ofCut(cause).orElse(TunnelEnding.CLIENT_RESET);
    }

    /** Null while it is open. */
    TunnelEnding why() {
        return why;
    }

    long toBackend() {
        return toBackend;
    }

    long toClient() {
        return toClient;
    }
}
