package dev.gyre.routing;

import dev.gyre.model.NormalPath;
import dev.gyre.model.Route;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The routes of one host by path: the exact path, else the longest prefix that ends with a segment. */
final class PathTable {

    private static final String BELOW = "/*";

    private final SliceTable<Route> exact;
    private final SliceTable<Route> prefixes;
    private final Optional<Route> any;

    /** Of routes with the same normal path the first one counts. */
    PathTable(List<Route> routes) {
        Map<String, Route> exactByPath = new HashMap<>();
        Map<String, Route> byPrefix = new HashMap<>();
        for (Route route : routes) {
            String path = route.path();
            if (path.endsWith(BELOW)) {
                byPrefix.putIfAbsent(prefix(path.substring(0, path.length() - BELOW.length())), route);
            } else {
                exactByPath.putIfAbsent(NormalPath.of(path).text(), route);
            }
        }
        any = Optional.ofNullable(byPrefix.remove(""));
        exact = new SliceTable<>(exactByPath);
        prefixes = new SliceTable<>(byPrefix);
    }

    private static String prefix(String path) {
        String normal = path.isEmpty() ? path : NormalPath.of(path).text();
        return normal.endsWith("/") ? normal.substring(0, normal.length() - 1) : normal;
    }

    /** @param end where the path ends in the target: at its query or its end */
    Optional<Route> match(String target, int end) {
        if (end == 0 || target.charAt(0) != '/') {
            return any;
        }
        Optional<Route> route = exact.get(target, 0, end);
        return route.isPresent() ? route : longestPrefix(target, end);
    }

    private Optional<Route> longestPrefix(String target, int end) {
        Optional<Route> longest = any;
        int last = Math.min(end, prefixes.longestKey());
        int hash = SliceTable.hashWith(0, '/');
        for (int i = 1; i <= last; i++) {
            boolean border = i == end || target.charAt(i) == '/';
            if (border) {
                Optional<Route> route = prefixes.get(target, 0, i, hash);
                longest = route.isPresent() ? route : longest;
            }
            if (i < last) {
                hash = SliceTable.hashWith(hash, target.charAt(i));
            }
        }
        return longest;
    }
}
