package dev.gyre.gate;

import dev.gyre.gate.ProxyHeader.Incomplete;
import dev.gyre.gate.ProxyHeader.Local;
import dev.gyre.gate.ProxyHeader.Malformed;
import dev.gyre.gate.ProxyHeader.Proxied;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Version 2 of the PROXY protocol: 16 bytes, the addresses, and fields of type, length and value (TLVs), of
 * which only the checksum is used.
 */
final class ProxyHeaderV2 {

    private static final byte[] SIGNATURE = {'\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'};
    /** Where the header's own length says how much follows. */
    private static final int HEAD = 16;
    private static final int TLV_HEAD = 3;
    private static final int CHECKSUM = 0x03;
    private static final int TLS = 0x20;
    /** Before the fields within that of TLS: flags of the client and the result of its certificate. */
    private static final int TLS_HEAD = 5;

    private ProxyHeaderV2() {
    }

    static ProxyHeader read(ByteBuf in) {
        int from = in.readerIndex();
        int there = in.readableBytes();
        for (int i = 0; i < Math.min(there, SIGNATURE.length); i++) {
            if (in.getByte(from + i) != SIGNATURE[i]) {
                return new Malformed(ProxyHeaderError.SIGNATURE);
            }
        }
        if (there > 12 && (in.getByte(from + 12) & 0xf0) != 0x20) {
            return new Malformed(ProxyHeaderError.VERSION);
        }
        if (there > 12 && (in.getByte(from + 12) & 0x0f) > 1) {
            return new Malformed(ProxyHeaderError.COMMAND);
        }
        if (there < HEAD) {
            return new Incomplete();
        }
        int length = HEAD + in.getUnsignedShort(from + 14);
        if (length > ProxyHeader.LONGEST) {
            return new Malformed(ProxyHeaderError.TOO_LONG);
        }
        if (there < length) {
            return new Incomplete();
        }
        return in.getByte(from + 12) == 0x20 ? new Local(length) : proxied(in.slice(from, length));
    }

    /** The command is PROXY; its header is there as a whole. */
    private static ProxyHeader proxied(ByteBuf header) {
        int addresses = addresses(header.getByte(13));
        if (addresses < 0) {
            return new Malformed(ProxyHeaderError.FAMILY);
        }
        int tlvs = HEAD + addresses;
        if (header.capacity() < tlvs) {
            return new Malformed(ProxyHeaderError.LENGTH);
        }
        if (addresses == 0) {
            // UNSPEC: what follows is to be ignored.
            return new Local(header.capacity());
        }
        if (!isWhole(header, tlvs)) {
            return new Malformed(ProxyHeaderError.TLV);
        }
        if (!hasItsChecksum(header, tlvs)) {
            return new Malformed(ProxyHeaderError.CHECKSUM);
        }
        int size = addresses == 12 ? 4 : 16;
        return header.getByte(13) == 0x31 ? new Local(header.capacity())
                : new Proxied(address(header, HEAD, size, tlvs - 4),
                        address(header, HEAD + size, size, tlvs - 2), header.capacity());
    }

    /** How many bytes of addresses this protocol and family has; -1 where there is no such one over TCP. */
    private static int addresses(byte protocolAndFamily) {
        return switch (protocolAndFamily) {
            case 0x00 -> 0;
            case 0x11 -> 12;
            case 0x21 -> 36;
            case 0x31 -> 216;
            default -> -1;
        };
    }

    private static InetSocketAddress address(ByteBuf header, int at, int size, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(ByteBufUtil.getBytes(header, at, size)),
                    header.getUnsignedShort(port));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of neither 4 nor 16 bytes", e);
        }
    }

    /** Each field ends within what is around it, and the last one with it. */
    private static boolean isWhole(ByteBuf header, int from) {
        int at = from;
        while (header.capacity() - at >= TLV_HEAD) {
            int type = header.getByte(at);
            int value = at + TLV_HEAD;
            int length = header.getUnsignedShort(at + 1);
            at = value + length;
            if (at > header.capacity() || type == TLS
                    && (length < TLS_HEAD || !isWhole(header.slice(value, length), TLS_HEAD))) {
                return false;
            }
        }
        return at == header.capacity();
    }

    /** The checksum, if there is one, is that of the header with zeros in its place; there is at most one. */
    private static boolean hasItsChecksum(ByteBuf header, int from) {
        int checksum = 0;
        for (int at = from; at < header.capacity(); at += TLV_HEAD + header.getUnsignedShort(at + 1)) {
            if (header.getByte(at) == CHECKSUM) {
                if (checksum != 0 || header.getUnsignedShort(at + 1) != 4) {
                    return false;
                }
                checksum = at + TLV_HEAD;
            }
        }
        if (checksum == 0) {
            return true;
        }
        byte[] bytes = ByteBufUtil.getBytes(header, 0, header.capacity());
        Arrays.fill(bytes, checksum, checksum + 4, (byte) 0);
        CRC32C sum = new CRC32C();
        sum.update(bytes, 0, bytes.length);
        return (int) sum.getValue() == header.getInt(checksum);
    }
}
