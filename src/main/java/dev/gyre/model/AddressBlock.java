package dev.gyre.model;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * What limits for each address count by: an IPv4 address, or the first 64 bits of an IPv6 one, because a
 * client that has one IPv6 address usually has all that begin like it.
 */
public final class AddressBlock {

    private AddressBlock() {
    }

    /** @param address that of a socket, not a name */
    public static Long of(String address) {
        try {
            return of(InetAddress.getByName(address).getAddress());
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(address + " (expected: the address of a socket)", e);
        }
    }

    /** @param address 4 or 16 bytes */
    public static Long of(byte[] address) {
        ByteBuffer bytes = ByteBuffer.wrap(address);
        return address.length == 4 ? Integer.toUnsignedLong(bytes.getInt()) : bytes.getLong();
    }
}
