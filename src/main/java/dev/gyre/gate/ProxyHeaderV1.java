package dev.gyre.gate;

import dev.gyre.gate.ProxyHeader.Incomplete;
import dev.gyre.gate.ProxyHeader.Local;
import dev.gyre.gate.ProxyHeader.Malformed;
import dev.gyre.gate.ProxyHeader.Proxied;
import io.netty.buffer.ByteBuf;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Version 1 of the PROXY protocol: a line such as {@code PROXY TCP4 10.0.0.7 10.0.0.2 51234 443}. */
final class ProxyHeaderV1 {

    /** With its CRLF: the longest line that the document allows. */
    private static final int LONGEST = 107;
    private static final byte[] START = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    /** Of which the rest of the line is to be ignored. */
    private static final String UNKNOWN = "UNKNOWN";
    private static final Pattern V4 = Pattern.compile("(?:0|[1-9]\\d{0,2})(?:\\.(?:0|[1-9]\\d{0,2})){3}");
    /** Netty's reader takes brackets and zones, too. */
    private static final Pattern V6 = Pattern.compile("[0-9a-fA-F:.]+");
    private static final Pattern PORT = Pattern.compile("0|[1-9]\\d{0,4}");

    private ProxyHeaderV1() {
    }

    static ProxyHeader read(ByteBuf in) {
        int from = in.readerIndex();
        int there = Math.min(in.readableBytes(), LONGEST);
        for (int i = 0; i < there; i++) {
            byte b = in.getByte(from + i);
            if (i < START.length) {
                if (b != START[i]) {
                    return new Malformed(ProxyHeaderError.SIGNATURE);
                }
            } else if (b == '\r') {
                return ended(in, from, i);
            } else if (b < ' ' || b == 0x7f) {
                // Bytes from 0x80 on are negative, and no text of this protocol.
                return new Malformed(ProxyHeaderError.LINE);
            }
        }
        return there == LONGEST ? new Malformed(ProxyHeaderError.TOO_LONG) : new Incomplete();
    }

    /** @param length of the line without its CR */
    private static ProxyHeader ended(ByteBuf in, int from, int length) {
        if (length + 2 > LONGEST) {
            return new Malformed(ProxyHeaderError.TOO_LONG);
        }
        if (in.readableBytes() == length + 1) {
            return new Incomplete();
        }
        if (in.getByte(from + length + 1) != '\n') {
            return new Malformed(ProxyHeaderError.LINE);
        }
        String line = in.toString(from + START.length, length - START.length, StandardCharsets.US_ASCII);
        return line.equals(UNKNOWN) || line.startsWith(UNKNOWN + " ") ? new Local(length + 2)
                : proxied(line.split(" ", -1), length + 2);
    }

    private static ProxyHeader proxied(String[] words, int length) {
        boolean v6 = words[0].equals("TCP6");
        if (words.length != 5 || !v6 && !words[0].equals("TCP4")) {
            return new Malformed(ProxyHeaderError.LINE);
        }
        for (int i = 1; i <= 2; i++) {
            if (!isAddress(words[i], v6) || !isPort(words[i + 2])) {
                return new Malformed(ProxyHeaderError.ADDRESS);
            }
        }
        return new Proxied(address(words[1], words[3]), address(words[2], words[4]), length);
    }

    private static boolean isAddress(String text, boolean v6) {
        return v6 ? V6.matcher(text).matches() && NetUtil.isValidIpV6Address(text)
                : V4.matcher(text).matches() && NetUtil.isValidIpV4Address(text);
    }

    private static boolean isPort(String text) {
        return PORT.matcher(text).matches() && Integer.parseInt(text) <= 65_535;
    }

    private static InetSocketAddress address(String address, String port) {
        try {
            return new InetSocketAddress(
                    InetAddress.getByAddress(NetUtil.createByteArrayFromIpAddressString(address)),
                    Integer.parseInt(port));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of neither 4 nor 16 bytes: " + address, e);
        }
    }
}
