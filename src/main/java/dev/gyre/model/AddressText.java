package dev.gyre.model;

import java.net.InetAddress;

/**
 * Addresses as they are written for others (RFC 5952): IPv6 in lower case, with the longest run of zeros left
 * out and without zone, which means something on this machine only; an IPv4 address within an IPv6 one
 * ({@code ::ffff:0:0/96}) as the IPv4 address it is.
 */
public final class AddressText {

    private static final int GROUPS = 8;

    private AddressText() {
    }

    /** Without brackets. */
    public static String of(InetAddress address) {
        return of(address.getAddress());
    }

    /** @param address 4 or 16 bytes */
    static String of(byte[] address) {
        if (address.length == 4) {
            return v4(address, 0);
        }
        return isMapped(address) ? v4(address, 12) : v6(address);
    }

    private static boolean isMapped(byte[] address) {
        for (int i = 0; i < 10; i++) {
            if (address[i] != 0) {
                return false;
            }
        }
        return group(address, 5) == 0xffff;
    }

    private static String v4(byte[] address, int from) {
        return (address[from] & 0xff) + "." + (address[from + 1] & 0xff) + "." + (address[from + 2] & 0xff)
                + "." + (address[from + 3] & 0xff);
    }

    private static String v6(byte[] address) {
        int gap = 0;
        int gapLength = 1;
        for (int i = 0; i < GROUPS; i++) {
            int zeros = zeros(address, i);
            // The first of equally long ones; a single group is written.
            if (zeros > gapLength) {
                gap = i;
                gapLength = zeros;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < GROUPS; i++) {
            if (gapLength > 1 && i == gap) {
                text.append("::");
                i += gapLength - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(group(address, i)));
        }
        return text.toString();
    }

    private static int zeros(byte[] address, int from) {
        int end = from;
        while (end < GROUPS && group(address, end) == 0) {
            end++;
        }
        return end - from;
    }

    private static int group(byte[] address, int index) {
        return (address[2 * index] & 0xff) << 8 | address[2 * index + 1] & 0xff;
    }
}
