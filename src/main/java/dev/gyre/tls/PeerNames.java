package dev.gyre.tls;

import io.netty.util.NetUtil;
import java.util.Arrays;
import java.util.Collection;

/**
 * Whether a certificate stands for the peer that is expected. Its common name counts for nothing (RFC 9525,
 * section 2), and {@code *} stands for exactly one label, the first (section 6.3).
 */
final class PeerNames {

    private PeerNames() {
    }

    /**
     * @param names    subject alternative names, lower case
     * @param expected a name or an address, without brackets and port
     */
    static boolean match(Collection<String> names, String expected) {
        byte[] address = NetUtil.createByteArrayFromIpAddressString(expected);
        return names.stream().anyMatch(name -> address != null
                ? Arrays.equals(address, NetUtil.createByteArrayFromIpAddressString(name))
                : matches(withoutRootDot(name), withoutRootDot(expected)));
    }

    private static boolean matches(String name, String expected) {
        int dot = expected.indexOf('.');
        return name.startsWith("*.") ? dot > 0 && name.substring(1).equalsIgnoreCase(expected.substring(dot))
                : name.equalsIgnoreCase(expected);
    }

    /** In certificates and in the handshake names stand without the dot that ends them. */
    static String withoutRootDot(String name) {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }
}
