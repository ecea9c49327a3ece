package dev.gyre.routing;

import static java.util.stream.Collectors.groupingBy;

import dev.gyre.model.Route;
import dev.gyre.model.Topology;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Leads a request to its route, the most specific one first: an exact host before the longest {@code *.}
 * suffix before any host; within a host the exact path before the longest prefix. A host none of whose paths
 * matches leaves the request to the next less specific host.
 *
 * <p>Paths are compared in the form of {@link dev.gyre.model.NormalPath}, which a request's must have been
 * brought to before, so that no route can be passed by spelling. A match takes time by the length of host and
 * path, not by the number of routes.
 */
public final class RoutingTable {

    private static final String BELOW = "*.";

    private final SliceTable<PathTable> exactHosts;
    private final SliceTable<PathTable> suffixes;
    private final PathTable anyHost;
    private final boolean hostMatters;

    private RoutingTable(List<Route> routes) {
        Map<String, PathTable> exact = new HashMap<>();
        Map<String, PathTable> bySuffix = new HashMap<>();
        routes.stream().collect(groupingBy(RoutingTable::plainHost)).forEach((host, ofHost) -> {
            PathTable paths = new PathTable(ofHost);
            if (host.startsWith(BELOW)) {
                bySuffix.put(host.substring(BELOW.length()), paths);
            } else {
                exact.put(host, paths);
            }
        });
        PathTable any = exact.remove(Route.ANY_HOST);
        anyHost = any == null ? new PathTable(List.of()) : any;
        exactHosts = new SliceTable<>(exact);
        suffixes = new SliceTable<>(bySuffix);
        hostMatters = !exact.isEmpty() || !bySuffix.isEmpty();
    }

    /** Without any route, a topology's only service gets every request; of several, none does. */
    public static RoutingTable of(Topology topology) {
        if (topology.routes().isEmpty() && topology.services().size() == 1) {
            return new RoutingTable(topology.services().values().stream()
                    .map(only -> new Route(Route.ANY_HOST, Route.ANY_PATH, only.name(), only.origin()))
                    .toList());
        }
        return new RoutingTable(topology.routes());
    }

    /**
     * The route of a request.
     *
     * @param host   the Host header (RFC 9110, section 7.2): any case, with or without port, may be empty
     * @param target the request target in origin form, with query (RFC 9112, section 3.2), its path normal;
     *               one that is no path, as in {@code OPTIONS *}, is matched by {@code /*} only
     */
    public Optional<Route> match(String host, String target) {
        int query = target.indexOf('?');
        int end = query < 0 ? target.length() : query;
        if (hostMatters) {
            Optional<Route> route = matchHost(host, target, end);
            if (route.isPresent()) {
                return route;
            }
        }
        return anyHost.match(target, end);
    }

    private Optional<Route> matchHost(String header, String target, int pathEnd) {
        int from = HostSlice.from(header);
        int to = HostSlice.to(header);
        if (HostSlice.hasUpperCase(header, from, to)) {
            String lower = header.substring(from, to).toLowerCase(Locale.ROOT);
            return matchHost(lower, 0, lower.length(), target, pathEnd);
        }
        return matchHost(header, from, to, target, pathEnd);
    }

    private Optional<Route> matchHost(String host, int from, int to, String target, int pathEnd) {
        Optional<PathTable> exact = exactHosts.get(host, from, to);
        if (exact.isPresent()) {
            Optional<Route> route = exact.get().match(target, pathEnd);
            if (route.isPresent()) {
                return route;
            }
        }
        return matchSuffix(host, from, to, target, pathEnd);
    }

    private Optional<Route> matchSuffix(String host, int from, int to, String target, int pathEnd) {
        // Beginning where the longest suffix would keeps a host of a thousand dots as cheap as any other.
        int beforeLongest = Math.max(from + 1, to - suffixes.longestKey() - 1);
        for (int i = beforeLongest; i < to - 1; i++) {
            if (host.charAt(i) != '.') {
                continue;
            }
            Optional<PathTable> paths = suffixes.get(host, i + 1, to);
            if (paths.isPresent()) {
                Optional<Route> route = paths.get().match(target, pathEnd);
                if (route.isPresent()) {
                    return route;
                }
            }
        }
        return Optional.empty();
    }

    private static String plainHost(Route route) {
        String host = route.host().toLowerCase(Locale.ROOT);
        boolean bareIpv6 = host.indexOf(':') >= 0 && !host.startsWith("[");
        return bareIpv6 ? host : host.substring(HostSlice.from(host), HostSlice.to(host));
    }
}
