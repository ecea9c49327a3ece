package dev.gyre.cluster;

import dev.gyre.config.Settings.ClusterSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Which nodes there are to be by config: members, a name standing for its addresses, and this node. */
final class MemberAddresses {

    private MemberAddresses() {
    }

    /** How many. Asks DNS, and so may take a while. */
    static int of(ClusterSettings settings) throws UnknownHostException {
        return addresses(settings).size();
    }

    /**
     * Where each is to be met, as {@code address:port}. Asks DNS, and so may take a while. A name that DNS
     * does not know stands for one node.
     *
     * @throws UnknownHostException when this node's own host is such a name
     */
    static Set<String> addresses(ClusterSettings settings) throws UnknownHostException {
        InetAddress own = InetAddress.getByName(settings.host());
        Set<String> nodes = new TreeSet<>(Set.of(self(settings)));
        settings.members().forEach(member ->
                nodes.addAll(addresses(MemberConfig.withPort(member, settings.port()), own)));
        return nodes;
    }

    /** This node's own place among them. */
    static String self(ClusterSettings settings) throws UnknownHostException {
        return InetAddress.getByName(settings.host()).getHostAddress() + ":" + settings.port();
    }

    /** Of a name that has addresses of both kinds, those by which members meet: of the same kind as ours. */
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
