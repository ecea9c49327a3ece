package dev.gyre.dns;

import io.netty.resolver.HostsFileEntriesProvider;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The system's table of names, by hosts(5), which is read before any server is asked. */
final class HostsFile {

    private static final String LOCALHOST = "localhost";

    private final HostsFileEntriesProvider entries;

    private HostsFile(HostsFileEntriesProvider entries) {
        this.entries = entries;
    }

    /** The current file; empty if there is none. */
    static HostsFile ofSystem() {
        return new HostsFile(HostsFileEntriesProvider.parser().parseSilently());
    }

    /** Sorted; empty if the file has no such name. */
    List<String> addresses(String name, RecordType type) {
        String plain = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        Map<String, List<InetAddress>> table =
                type == RecordType.A ? entries.ipv4Entries() : entries.ipv6Entries();
        List<String> found = table.getOrDefault(plain.toLowerCase(Locale.ROOT), List.of()).stream()
                .map(NetUtil::toAddressString).sorted().distinct().toList();
        // RFC 6761, section 6.3: localhost is never asked of a server, even if the file lacks it.
        return found.isEmpty() && (plain.equals(LOCALHOST) || plain.endsWith("." + LOCALHOST))
                ? List.of(type == RecordType.A ? "127.0.0.1" : "::1") : found;
    }
}
