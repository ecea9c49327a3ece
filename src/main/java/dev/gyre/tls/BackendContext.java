package dev.gyre.tls;

import dev.gyre.model.BackendId;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.net.ClientSSLOptions;
import java.lang.ref.Cleaner;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLParameters;

/** TLS towards backends with the same settings: what is trusted, what is shown, and the sessions so far. */
public final class BackendContext {

    /** What is outside the heap goes when no connection can begin with it any more. */
    static final Cleaner CLEANER = Cleaner.create();
    /** In the peer host of an engine, between the name that is expected and the address connected to. */
    static final char AT = '@';

    private final Optional<String> name;
    private final SslContext context;
    private final ClientSSLOptions probes;

    /**
     * @param name    expected in certificates; empty: the one in the URL of each backend
     * @param context released with this
     */
    BackendContext(Optional<String> name, SslContext context, ClientSSLOptions probes) {
        this.name = name;
        this.context = context;
        this.probes = probes;
        CLEANER.register(this, () -> ReferenceCountUtil.release(context));
    }

    /**
     * For one connection, on which the handshake begins when it is open. It sets no timeout: what opens the
     * connection has one.
     */
    public SslHandler handler(ByteBufAllocator memory, BackendId to) {
        SslHandler handler = context.newHandler(memory, peer(to), to.url().port());
        handler.setHandshakeTimeoutMillis(0);
        SSLParameters parameters = handler.engine().getSSLParameters();
        parameters.setServerNames(serverName(to).map(List::of).orElse(List.of()));
        // By PeerTrust: the name that is expected is not always the host that is connected to.
        parameters.setEndpointIdentificationAlgorithm("");
        handler.engine().setSSLParameters(parameters);
        return handler;
    }

    /**
     * By which sessions are found again. Of the addresses of one name each has its own; and no session of one
     * name is resumed for another at the same address, where it would spare the check of the name.
     */
    private String peer(BackendId to) {
        return name.isPresent() || to.address().isEmpty() ? to.host()
                : to.url().host() + AT + to.host();
    }

    /** RFC 6066, section 3: a name, never an address. */
    private Optional<SNIServerName> serverName(BackendId to) {
        String host = PeerNames.withoutRootDot(expected(to));
        if (NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new SNIHostName(host));
        } catch (IllegalArgumentException e) {
            // Names of containers may have underscores, which no host name of TLS has.
            return Optional.empty();
        }
    }

    /** The name or address that the certificate of this backend must have. */
    public String expected(BackendId to) {
        return name.orElse(to.url().host());
    }

    /** For the connections that probes open, which check the same. */
    public ClientSSLOptions probes() {
        return probes;
    }
}
