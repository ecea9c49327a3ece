package dev.gyre.config;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A port that takes client connections, or a Unix socket.
 *
 * @param host     an address or a name; for a Unix socket {@code unix:} and its path
 * @param port     0..65535, 0 for any free one; 0 for a Unix socket
 * @param unix     who may use the Unix socket; empty for a port
 * @param tls      empty: in clear text
 * @param proxies  peers that tell of their clients by the PROXY protocol; empty: nobody does
 * @param redirect to this port under https goes every request; empty: requests are served
 * @param acme     directory of the answers to ACME's http-01 challenges (RFC 8555, section 8.3); empty: such
 *                 requests are like any others
 */
public record Listener(String host, int port, Optional<UnixSocket> unix, Optional<ListenerTls> tls,
        Optional<ProxyPeers> proxies, OptionalInt redirect, Optional<String> acme) {

    /** What the host of a Unix socket begins with. */
    public static final String UNIX = "unix:";

    /** In clear text, for requests to be served. */
    public Listener(String host, int port) {
        this(host, port, Optional.empty(), Optional.empty(), Optional.empty(), OptionalInt.empty(),
                Optional.empty());
    }

    /** The same, with the port that it got. */
    public Listener at(int opened) {
        return new Listener(host, opened, unix, tls, proxies, redirect, acme);
    }

    @Override
    public String toString() {
        return unix.isPresent() ? host
                : (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    /**
     * The file of a Unix socket.
     *
     * @param mode  access rights, octal, such as {@code 660}; empty: as the process makes files
     * @param owner {@code user} or {@code user:group}; empty: those of the process
     */
    public record UnixSocket(Optional<String> mode, Optional<String> owner) {
    }
}
