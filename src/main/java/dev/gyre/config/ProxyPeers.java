package dev.gyre.config;

import java.util.List;

/**
 * Peers that tell of their clients by the PROXY protocol.
 *
 * @param from         they must send its header
 * @param acceptOthers other peers are served as clients; otherwise they are refused
 */
public record ProxyPeers(List<Network> from, boolean acceptOthers) {

    public ProxyPeers {
        from = List.copyOf(from);
    }

    public boolean contain(byte[] address) {
        return from.stream().anyMatch(network -> network.contains(address));
    }
}
