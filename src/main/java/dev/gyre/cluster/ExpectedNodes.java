package dev.gyre.cluster;

import dev.gyre.config.Settings.ClusterSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** How many nodes there are to be, by config: members, a name counting as its addresses, and this node. */
final class ExpectedNodes {

    private ExpectedNodes() {
    }

    /** Asks DNS, and so may take a while. A name that DNS does not know counts as one node. */
    static int of(ClusterSettings settings) {
        Set<String> addresses = new HashSet<>();
        Stream.concat(settings.members().stream(), Stream.of(bracketed(settings.host())))
                .map(member -> MemberConfig.withPort(member, settings.port()))
                .forEach(member -> addresses.addAll(addresses(member)));
        return addresses.size();
    }

    private static String bracketed(String host) {
        return host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
    }

    private static List<String> addresses(String member) {
        int colon = member.lastIndexOf(':');
        try {
            return Arrays.stream(InetAddress.getAllByName(member.substring(0, colon)))
                    .map(address -> address.getHostAddress() + member.substring(colon)).toList();
        } catch (UnknownHostException e) {
            return List.of(member);
        }
    }
}
