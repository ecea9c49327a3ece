package dev.gyre.config;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One address or a block of them, e.g. {@code 10.0.0.0/8} or {@code fd00::/8}. An IPv4 address written as
 * IPv6 ({@code ::ffff:10.0.0.1}, RFC 4291 section 2.5.5.2) is the same as the IPv4 address itself.
 *
 * @param high   the first 64 bits of the block's lowest address; 0 for IPv4
 * @param low    the last 64 bits of it, the last 32 for IPv4
 * @param bits   32 for IPv4, 128 for IPv6, 0 for what has no address
 * @param prefix leading bits that all its addresses share, 0..bits
 */
public record Network(long high, long low, int bits, int prefix) {

    private static final Pattern BLOCK = Pattern.compile("([0-9A-Fa-f:.]{2,45})(?:/(\\d{1,3}))?");
    private static final Pattern V4 = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");
    private static final Pattern GROUP = Pattern.compile("[0-9A-Fa-f]{1,4}");

    /** The peers of Unix sockets, which have no address: {@code unix:}. */
    static final Network UNIX = new Network(0, 0, 0, 0);

    public Network {
        if ((bits != 0 && bits != 32 && bits != 128) || prefix < 0 || prefix > bits) {
            throw new IllegalArgumentException("/" + prefix + " of " + bits + " (expected: 0.." + bits + ")");
        }
        int free = bits - prefix;
        high = free >= 128 ? 0 : free > 64 ? high >>> (free - 64) << (free - 64) : high;
        low = free >= 64 ? 0 : low >>> free << free;
    }

    /** Reads numbers only, so that no name is ever looked up; empty when it is none. */
    public static Optional<Network> parse(String text) {
        Matcher block = BLOCK.matcher(text);
        if (!block.matches()) {
            return Optional.empty();
        }
        boolean v6 = block.group(1).indexOf(':') >= 0;
        int written = v6 ? 128 : 32;
        int prefix = block.group(2) == null ? written : Integer.parseInt(block.group(2));
        Optional<byte[]> address = v6 ? v6(block.group(1)) : v4(block.group(1));
        if (address.isEmpty() || prefix > written) {
            return Optional.empty();
        }
        if (v6 && mapped(address.get())) {
            if (prefix < 96) {
                // A block of IPv6 in which, of all addresses, the one that is written would not be.
                return Optional.empty();
            }
            return Optional.of(new Network(0, number(address.get(), 12, 4), 32, prefix - 96));
        }
        return Optional.of(v6
                ? new Network(number(address.get(), 0, 8), number(address.get(), 8, 8), 128, prefix)
                : new Network(0, number(address.get(), 0, 4), 32, prefix));
    }

    /** @param address 4 or 16 bytes, as a socket gives it */
    public boolean contains(byte[] address) {
        boolean v6 = address.length == 16 && !mapped(address);
        if (bits == 0 || v6 != (bits == 128)) {
            return false;
        }
        if (!v6) {
            return (number(address, address.length - 4, 4) ^ low) >>> (32 - prefix) == 0;
        }
        long highDiff = number(address, 0, 8) ^ high;
        if (prefix <= 64) {
            return prefix == 0 || highDiff >>> (64 - prefix) == 0;
        }
        return highDiff == 0 && (number(address, 8, 8) ^ low) >>> (128 - prefix) == 0;
    }

    /** Holds all that the other does. */
    boolean covers(Network other) {
        if (bits != other.bits || prefix > other.prefix) {
            return false;
        }
        if (bits == 32) {
            return (low ^ other.low) >>> (32 - prefix) == 0;
        }
        if (prefix <= 64) {
            return prefix == 0 || (high ^ other.high) >>> (64 - prefix) == 0;
        }
        return high == other.high && (low ^ other.low) >>> (128 - prefix) == 0;
    }

    /** Nothing but this machine can reach it: 127.0.0.0/8 and ::1. */
    boolean loopback() {
        return bits == 32 ? prefix >= 8 && low >>> 24 == 127 : prefix == 128 && high == 0 && low == 1;
    }

    private static Optional<byte[]> v4(String text) {
        Matcher form = V4.matcher(text);
        if (!form.matches()) {
            return Optional.empty();
        }
        byte[] bytes = new byte[4];
        for (int i = 0; i < 4; i++) {
            String part = form.group(i + 1);
            // A leading zero means octal to some readers and nothing to others.
            if (Integer.parseInt(part) > 255 || (part.length() > 1 && part.startsWith("0"))) {
                return Optional.empty();
            }
            bytes[i] = (byte) Integer.parseInt(part);
        }
        return Optional.of(bytes);
    }

    private static Optional<byte[]> v6(String text) {
        int gap = text.indexOf("::");
        if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
            return Optional.empty();
        }
        Optional<byte[]> head = groups(gap < 0 ? text : text.substring(0, gap), gap < 0);
        Optional<byte[]> tail = gap < 0 ? Optional.of(new byte[0]) : groups(text.substring(gap + 2), true);
        if (head.isEmpty() || tail.isEmpty()) {
            return Optional.empty();
        }
        int length = head.get().length + tail.get().length;
        if (gap < 0 ? length != 16 : length > 14) {
            return Optional.empty();
        }
        byte[] bytes = Arrays.copyOf(head.get(), 16);
        System.arraycopy(tail.get(), 0, bytes, 16 - tail.get().length, tail.get().length);
        return Optional.of(bytes);
    }

    /** Groups of 16 bits between colons; the last may be an IPv4 address where the text ends with it. */
    private static Optional<byte[]> groups(String text, boolean last) {
        if (text.isEmpty()) {
            return Optional.of(new byte[0]);
        }
        String[] parts = text.split(":", -1);
        byte[] bytes = new byte[parts.length * 2 + 2];
        int length = 0;
        for (int i = 0; i < parts.length; i++) {
            if (GROUP.matcher(parts[i]).matches()) {
                int group = Integer.parseInt(parts[i], 16);
                bytes[length++] = (byte) (group >> 8);
                bytes[length++] = (byte) group;
                continue;
            }
            Optional<byte[]> embedded = last && i == parts.length - 1 ? v4(parts[i]) : Optional.empty();
            if (embedded.isEmpty()) {
                return Optional.empty();
            }
            System.arraycopy(embedded.get(), 0, bytes, length, 4);
            length += 4;
        }
        return Optional.of(Arrays.copyOf(bytes, length));
    }

    private static boolean mapped(byte[] v6) {
        for (int i = 0; i < 10; i++) {
            if (v6[i] != 0) {
                return false;
            }
        }
        return v6[10] == (byte) 0xff && v6[11] == (byte) 0xff;
    }

    private static long number(byte[] bytes, int from, int length) {
        long number = 0;
        for (int i = from; i < from + length; i++) {
            number = number << 8 | bytes[i] & 0xff;
        }
        return number;
    }
}
