package dev.gyre.model;

import java.util.Optional;

/**
 * Who is at the other end of a client's connection.
 *
 * @param address in text, without port; an IPv6 address without brackets
 * @param trusted forwarding headers from there are believed
 * @param tls     of the connection; empty: in clear text
 */
public record Peer(String address, boolean trusted, Optional<ClientTls> tls) {

    /** In clear text. */
    public Peer(String address, boolean trusted) {
        this(address, trusted, Optional.empty());
    }
}
