package dev.gyre.config;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Where backends may be. What is no server's address is refused, and what only this machine should reach: its
 * link, with the metadata service of clouds, and the node's own admin and cluster ports. Asked when a backend
 * is named, and again for each address that its name stands for.
 *
 * @param allow blocks that are let through whatever the default says
 * @param deny  blocks that are refused; of two that hold an address the longer prefix decides, else this one
 * @param own   ports of this node that no backend has
 */
public record BackendNetworks(List<Network> allow, List<Network> deny, List<OwnPort> own) {

    /** What applies where the config does not say. */
    public static final BackendNetworks DEFAULT = new BackendNetworks(List.of(), List.of(), List.of());

    private record Kind(Network network, String words) {
    }

    private static final List<Kind> NO_BACKENDS = List.of(
            kind("0.0.0.0/8", "an unspecified address"), kind("::/128", "an unspecified address"),
            kind("224.0.0.0/4", "a multicast address"), kind("ff00::/8", "a multicast address"),
            kind("255.255.255.255/32", "the broadcast address"),
            kind("169.254.0.0/16", "a link-local address"), kind("fe80::/10", "a link-local address"),
            kind("64:ff9b::169.254.0.0/112", "a link-local address"),
            kind("::169.254.0.0/112", "a link-local address"), kind("2002:a9fe::/32", "a link-local address"),
            kind("240.0.0.0/4", "a reserved address"),
            kind("fd00:ec2::254/128", "a cloud's metadata service"));

    public BackendNetworks {
        allow = List.copyOf(allow);
        deny = List.copyOf(deny);
        own = List.copyOf(own);
    }

    private static Kind kind(String block, String words) {
        return new Kind(Network.parse(block).orElseThrow(), words);
    }

    /**
     * A port of this node.
     *
     * @param addresses by which it can be reached
     * @param words     e.g. {@code this node's admin port}
     */
    public record OwnPort(Set<Network> addresses, int port, String words) {

        /** One that is bound to an address, which may stand for all of this machine's. */
        static OwnPort of(String host, int port, String words) {
            return new OwnPort(ListenerReader.everywhere(host) ? ofThisMachine()
                    : single(host).map(Set::of).orElse(Set.of()), port, words);
        }

        private static Set<Network> ofThisMachine() {
            Set<Network> addresses = new TreeSet<>(Comparator.comparing(Network::toString));
            try (Stream<NetworkInterface> all = NetworkInterface.networkInterfaces()) {
                all.flatMap(NetworkInterface::inetAddresses).map(InetAddress::getHostAddress)
                        .flatMap(text -> single(text).stream()).forEach(addresses::add);
            } catch (SocketException e) {
                // Without a network there are none but those below.
                addresses.clear();
            }
            Stream.of("127.0.0.1", "::1").flatMap(text -> single(text).stream()).forEach(addresses::add);
            return addresses;
        }
    }

    /**
     * Why no backend may have this address, in words. Empty: it may, or the host is a name and its addresses
     * are checked later.
     */
    public Optional<String> refusal(String host, int port) {
        Optional<Network> address = single(host);
        return address.isEmpty() ? Optional.empty() : refusal(address.get(), port);
    }

    private Optional<String> refusal(Network address, int port) {
        for (OwnPort one : own) {
            if (one.port() == port && one.addresses().contains(address)) {
                return Optional.of(one.words());
            }
        }
        int allowed = longest(allow, address);
        int denied = longest(deny, address);
        if (allowed >= 0 || denied >= 0) {
            return denied >= allowed ? Optional.of("an address that backendNetworks.deny holds")
                    : Optional.empty();
        }
        for (Kind kind : NO_BACKENDS) {
            if (kind.network().covers(address)) {
                return Optional.of(kind.words());
            }
        }
        return Optional.empty();
    }

    private static int longest(List<Network> blocks, Network address) {
        int longest = -1;
        for (Network block : blocks) {
            if (block.prefix() > longest && block.covers(address)) {
                longest = block.prefix();
            }
        }
        return longest;
    }

    /** Empty for a name. */
    private static Optional<Network> single(String host) {
        if (host.equalsIgnoreCase("localhost") || host.toLowerCase(Locale.ROOT).endsWith(".localhost")) {
            return Network.parse("127.0.0.1");
        }
        Optional<Network> v4 = v4(host);
        if (v4.isPresent() || host.indexOf(':') < 0) {
            return v4;
        }
        int zone = host.indexOf('%');
        return Network.parse(zone < 0 ? host : host.substring(0, zone));
    }

    /** With leading zeros, as connecting takes them; without a pattern, as it is asked of each backend. */
    private static Optional<Network> v4(String host) {
        long address = 0;
        int part = -1;
        int parts = 0;
        for (int i = 0; i <= host.length(); i++) {
            char c = i == host.length() ? '.' : host.charAt(i);
            if (c >= '0' && c <= '9') {
                part = Math.max(part, 0) * 10 + c - '0';
                if (part > 255) {
                    return Optional.empty();
                }
            } else if (c == '.' && part >= 0 && ++parts <= 4) {
                address = address << 8 | part;
                part = -1;
            } else {
                return Optional.empty();
            }
        }
        return parts == 4 ? Optional.of(new Network(0, address, 32, 32)) : Optional.empty();
    }

    /** The config's key {@code backendNetworks}. */
    static BackendNetworks read(Fields top, Settings.AdminSettings admin,
                                Optional<Settings.ClusterSettings> cluster) {
        Fields fields = top.object("backendNetworks");
        Stream<OwnPort> clusters = cluster.stream().flatMap(ports -> Stream.of(
                OwnPort.of(ports.host(), ports.port(), "this node's cluster port"),
                OwnPort.of(ports.host(), ports.eventBusPort(), "this node's event bus port")));
        BackendNetworks networks = new BackendNetworks(NodeReader.networks(fields, "allow"),
                NodeReader.networks(fields, "deny"),
                Stream.concat(Stream.of(OwnPort.of(admin.host(), admin.port(), "this node's admin port")),
                        clusters).filter(port -> port.port() > 0).toList());
        fields.done();
        return networks;
    }
}
