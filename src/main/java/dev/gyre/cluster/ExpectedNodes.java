package dev.gyre.cluster;

import dev.gyre.config.Settings.ClusterSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** How many nodes there are to be by config: members, a name counting as its addresses, and this node. */
final class ExpectedNodes {

    private ExpectedNodes() {
    }

    /**
     * Asks DNS, and so may take a while. A name that DNS does not know counts as one node.
     *
     * @throws UnknownHostException when this node's own host is such a name
     */
    static int of(ClusterSettings settings) throws UnknownHostException {
        InetAddress own = InetAddress.getByName(settings.host());
        Set<String> nodes = new HashSet<>(Set.of(own.getHostAddress() + ":" + settings.port()));
        settings.members().forEach(member ->
                nodes.addAll(addresses(MemberConfig.withPort(member, settings.port()), own)));
        return nodes.size();
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
