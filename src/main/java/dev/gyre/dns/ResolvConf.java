package dev.gyre.dns;

import dev.gyre.config.ResolverSettings.Server;
import dev.gyre.files.GuardedFile;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The system's settings for looking up names, by resolv.conf(5).
 *
 * @param servers in the order they are asked; at least one
 * @param search  domains tried first for a name with fewer than {@code ndots} dots
 */
record ResolvConf(List<Server> servers, List<String> search, int ndots) {

    private static final Path FILE = Path.of("/etc/resolv.conf");
    private static final String NDOTS = "ndots:";
    private static final int MOST_NDOTS = 15;

    ResolvConf {
        servers = servers.isEmpty() ? List.of(new Server("127.0.0.1", Server.DNS_PORT))
                : List.copyOf(servers);
        search = List.copyOf(search);
    }

    /** The current file; without it, the defaults of resolv.conf(5). */
    static ResolvConf ofSystem() {
        try {
            return of(GuardedFile.text(FILE, GuardedFile.SHORT).lines().toList());
        } catch (IOException e) {
            return of(List.of());
        }
    }

    static ResolvConf of(List<String> lines) {
        List<Server> servers = new ArrayList<>();
        List<String> search = List.of();
        int ndots = 1;
        for (String line : lines) {
            String[] words = line.strip().split("\\s+");
            List<String> values = Arrays.asList(words).subList(1, words.length);
            switch (words[0]) {
                case "nameserver" -> values.stream().limit(1)
                        .filter(text -> NetUtil.createInetAddressFromIpAddressString(text) != null)
                        .forEach(text -> servers.add(new Server(text, Server.DNS_PORT)));
                case "domain", "search" -> search = values;
                case "options" -> ndots = ndots(values, ndots);
                default -> { }
            }
        }
        return new ResolvConf(servers, search, ndots);
    }

    private static int ndots(List<String> options, int before) {
        return options.stream().filter(option -> option.matches(NDOTS + "\\d{1,4}"))
                .map(option -> Math.min(MOST_NDOTS, Integer.parseInt(option.substring(NDOTS.length()))))
                .reduce(before, (first, last) -> last);
    }

    /** The complete names that a name may stand for, in the order they are tried. */
    List<String> candidates(String name) {
        if (name.endsWith(".")) {
            return List.of(name);
        }
        Stream<String> searched = search.stream()
                .map(domain -> name + "." + (domain.endsWith(".") ? domain : domain + "."))
                .map(candidate -> candidate.replaceAll("\\.{2,}", "."));
        Stream<String> itself = Stream.of(name + ".");
        boolean complete = name.chars().filter(c -> c == '.').count() >= ndots;
        return (complete ? Stream.concat(itself, searched) : Stream.concat(searched, itself)).distinct()
                .toList();
    }
}
