package dev.gyre.api;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/** Tells callers apart: an IPv4 address, or the first 64 bits of an IPv6 one, as who has one has them all. */
final class AddressBlock {

    private AddressBlock() {
    }

    /** @param address that of a socket, no name */
    static Long of(String address) {
        try {
            byte[] bytes = InetAddress.getByName(address).getAddress();
            return bytes.length == 4 ? Integer.toUnsignedLong(ByteBuffer.wrap(bytes).getInt())
                    : ByteBuffer.wrap(bytes).getLong();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(address + " (expected: the address of a socket)", e);
        }
    }
}
