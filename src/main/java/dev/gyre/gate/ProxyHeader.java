package dev.gyre.gate;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;

/**
 * What a proxy in front says about its client before the client's first byte: the header of the PROXY
 * protocol, versions 1 and 2 (HAProxy, doc/proxy-protocol.txt). Every other sequence of bytes is malformed:
 * who guesses here takes the word of a stranger for the address of a client.
 */
public sealed interface ProxyHeader {

    /** In bytes: as much as nginx takes; what proxies send has at most some hundred. */
    int LONGEST = 4096;

    /** What has come so far is the beginning of a header, and not more. */
    record Incomplete() implements ProxyHeader { }

    /**
     * The proxy speaks for itself, as its health checks do, or does not know its client by an address: the
     * addresses of the connection itself are the right ones.
     *
     * @param length of the header in bytes; what follows belongs to the connection
     */
    record Local(int length) implements ProxyHeader { }

    /**
     * The proxy speaks for a client.
     *
     * @param client where the client connected from
     * @param server where it connected to
     * @param length as above
     */
    record Proxied(InetSocketAddress client, InetSocketAddress server, int length) implements ProxyHeader { }

    /** No header begins with these bytes. */
    record Malformed(ProxyHeaderError error) implements ProxyHeader { }

    /**
     * Reads the header at the reader index, without moving it. The same bytes with more behind them are read
     * in the same way, unless the header was incomplete; that they cannot become a header is said at the
     * first byte that shows it.
     */
    static ProxyHeader read(ByteBuf in) {
        if (!in.isReadable()) {
            return new Incomplete();
        }
        return in.getByte(in.readerIndex()) == 'P' ? ProxyHeaderV1.read(in) : ProxyHeaderV2.read(in);
    }
}
