package dev.gyre.cluster;

import dev.gyre.config.Settings.ClusterSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The nodes expected by config: this node and the members, each name with all its addresses. */
final class MemberAddresses {

    private MemberAddresses() {
    }

    /** Their number. Asks DNS, so it may take a while. */
    static int of(ClusterSettings settings) throws UnknownHostException {
        return addresses(settings).size();
    }

    /**
     * Their addresses, as {@code address:port}. Asks DNS, so it may take a while. A name that DNS does not
     * know counts as one node.
     *
     * @throws UnknownHostException if this node's own host is such a name
     */
    static Set<String> addresses(ClusterSettings settings) throws UnknownHostException {
        InetAddress own = InetAddress.getByName(settings.host());
        Set<String> nodes = new TreeSet<>(Set.of(self(settings)));
        settings.members().forEach(member ->
                nodes.addAll(addresses(MemberConfig.withPort(member, settings.port()), own)));
        return nodes;
    }

    /** This node's own address among them. */
    static String self(ClusterSettings settings) throws UnknownHostException {
        return InetAddress.getByName(settings.host()).getHostAddress() + ":" + settings.port();
    }

    /** Of a name with IPv4 and IPv6 addresses, those of the same family as this node's. */
    private static List<String> addresses(String member, InetAddress own) {
        int colon = member.lastIndexOf(':');
        try {
            List<String> addresses = Arrays.stream(InetAddress.getAllByName(member.substring(0, colon)))
                    .filter(address -> address.getClass() == own.getClass())
                    .map(address -> address.getHostAddress() + member.substring(colon)).toList();
            return addresses.isEmpty() ? List.of(member) : addresses;
        } catch (UnknownHostException e) {
            return List.of(member);
        }
    }
}
