package dev.gyre.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.Origin;
import dev.gyre.model.Route;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Topology;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WrongRouteTest {

    /** The service of each route is named by host and path, so that a case reads as it is. */
    private static final RoutingTable TABLE = table(
            "api.example.com/v1/*", "api.example.com/v1/users/*", "api.example.com/v1/users/me",
            "api.example.com/", "*.example.com/static/*", "*.example.com/v1/*", "*.deep.example.com/*",
            "10.0.0.5/*", "[2001:db8::1]/*", "*/v2/*", "*/v2", "*/health");

    @ParameterizedTest
    @CsvSource(textBlock = """
            # host,                 target,              route
            api.example.com,        /v1,                 api.example.com/v1/*
            api.example.com,        /v1/,                api.example.com/v1/*
            api.example.com,        /v1/x/y,             api.example.com/v1/*
            api.example.com,        /v1?q=/v1/users/me,  api.example.com/v1/*
            api.example.com,        /v1beta,
            api.example.com,        /v1/users,           api.example.com/v1/users/*
            api.example.com,        /v1/users/me,        api.example.com/v1/users/me
            api.example.com,        /v1/users/me?x,      api.example.com/v1/users/me
            api.example.com,        /v1/users/me/,       api.example.com/v1/users/*
            api.example.com,        /v1/usersx,          api.example.com/v1/*
            api.example.com,        /V1/x,
            api.example.com,        /,                   api.example.com/
            api.example.com,        //,
            api.example.com,        /static/a.css,       *.example.com/static/*
            api.example.com,        /v2,                 */v2
            api.example.com,        /v2/x,               */v2/*
            API.Example.COM:8080,   /v1/x,               api.example.com/v1/*
            api.example.com.,       /v1/x,               api.example.com/v1/*
            api.example.com.:80,    /v1/x,               api.example.com/v1/*
            www.example.com,        /v1/x,               *.example.com/v1/*
            a.b.EXAMPLE.com,        /v1/x,               *.example.com/v1/*
            x.deep.example.com,     /v1/x,               *.deep.example.com/*
            x.deep.example.com,     /static/x,           *.deep.example.com/*
            deep.example.com,       /static/x,           *.example.com/static/*
            example.com,            /v1/x,
            .example.com,           /v1/x,
            wwwexample.com,         /v1/x,
            example.com,            /health,             */health
            10.0.0.5:80,            /x,                  10.0.0.5/*
            [2001:db8::1],          /x,                  [2001:db8::1]/*
            [2001:DB8::1]:8080,     /x,                  [2001:db8::1]/*
            [2001:db8::1,           /x,
            [,                      /health,             */health
            '',                     /health,             */health
            '',                     /v1,
            .,                      /v2/,                */v2/*
            :80,                    /v2/,                */v2/*
            api.example.com,        *,
            x.deep.example.com,     *,                   *.deep.example.com/*
            x.deep.example.com,     '',                  *.deep.example.com/*
            x.deep.example.com,     ?q,                  *.deep.example.com/*
            """)
    void theMostSpecificRouteWins(String host, String target, String route) {
        assertThat(TABLE.match(host, target).map(Route::service)).isEqualTo(Optional.ofNullable(route));
    }

    @Test
    void withoutRoutesTheOnlyServiceGetsEverything() {
        RoutingTable table = RoutingTable.of(topology(List.of("web"), List.of()));
        for (String target : List.of("/", "/a/b?c", "*")) {
            assertThat(table.match("any.where:81", target).map(Route::service)).contains("web");
        }
    }

    @Test
    void withoutRoutesSeveralServicesGetNothing() {
        assertThat(RoutingTable.of(topology(List.of("a", "b"), List.of())).match("h", "/")).isEmpty();
        assertThat(RoutingTable.of(Topology.empty()).match("h", "/")).isEmpty();
    }

    @Test
    void aRouteTakesTheOnlyServicesOtherRequestsAway() {
        RoutingTable table = RoutingTable.of(topology(List.of("web"), List.of(route("*", "/a", "web"))));
        assertThat(table.match("h", "/a")).isPresent();
        assertThat(table.match("h", "/b")).isEmpty();
    }

    @Test
    void aMatchIsTheSameObjectEveryTime() {
        assertThat(TABLE.match("api.example.com", "/v1/x")).isSameAs(TABLE.match("api.example.com", "/v1/y"));
    }

    @Test
    void tenThousandRoutesAreAllFoundAndNothingElse() {
        List<Route> routes = IntStream.range(0, 10_000).mapToObj(i -> i % 2 == 0
                ? route("host" + i + ".example.com", "/v1/*", "s" + i)
                : route("*", "/tenant/" + i + "/*", "s" + i)).toList();
        RoutingTable table = RoutingTable.of(topology(List.of(), routes));
        for (int i = 0; i < 10_000; i += 2) {
            assertThat(table.match("host" + i + ".example.com", "/v1/x").orElseThrow().service())
                    .isEqualTo("s" + i);
            assertThat(table.match("host" + i + ".example.com", "/tenant/" + (i + 1)).orElseThrow().service())
                    .isEqualTo("s" + (i + 1));
            assertThat(table.match("host" + i + ".example.com", "/tenant/" + i)).isEmpty();
        }
    }

    @Test
    void agreesWithALinearSearchOnRandomRoutesAndRequests() {
        Random random = new Random(42);
        int matched = 0;
        for (int round = 0; round < 300; round++) {
            Map<String, Route> byName = new HashMap<>();
            for (int i = random.nextInt(30) + 2; i > 0; i--) {
                Route route = route(routeHost(random), routePath(random), "s" + i);
                byName.putIfAbsent(route.host() + route.path(), route);
            }
            List<Route> routes = new ArrayList<>(byName.values());
            RoutingTable table = RoutingTable.of(topology(List.of(), routes));
            for (int i = 0; i < 500; i++) {
                String host = host(random);
                String target = path(random) + (random.nextBoolean() ? "?a/b" : "");
                Optional<Route> expected = linear(routes, host, target);
                matched += expected.isPresent() ? 1 : 0;
                assertThat(table.match(host, target)).as(host + " " + target + " in " + routes)
                        .isEqualTo(expected);
            }
        }
        assertThat(matched).as("requests that match something").isBetween(30_000, 145_000);
    }

    private static Optional<Route> linear(List<Route> routes, String host, String target) {
        String path = target.split("\\?", 2)[0];
        String name = host.toLowerCase().replaceFirst(":\\d+$", "").replaceFirst("\\.$", "");
        return routes.stream().filter(r -> hostRank(r.host(), name) >= 0 && pathRank(r.path(), path) >= 0)
                .max(Comparator.comparingInt((Route r) -> hostRank(r.host(), name))
                        .thenComparingInt(r -> pathRank(r.path(), path)));
    }

    private static int hostRank(String pattern, String host) {
        if (pattern.equals("*")) {
            return 0;
        }
        if (pattern.startsWith("*")) {
            String suffix = pattern.substring(1);
            return host.endsWith(suffix) && host.length() > suffix.length() ? suffix.length() : -1;
        }
        return pattern.equals(host) ? 1_000 : -1;
    }

    private static int pathRank(String pattern, String path) {
        if (!pattern.endsWith("/*")) {
            return pattern.equals(path) ? 1_000 : -1;
        }
        String prefix = pattern.substring(0, pattern.length() - 2);
        return path.equals(prefix) || path.startsWith(prefix + "/") ? prefix.length() : -1;
    }

    private static String routeHost(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> "*";
            case 1 -> "*." + labels(random);
            default -> labels(random);
        };
    }

    private static String host(Random random) {
        String host = labels(random);
        return (random.nextInt(4) == 0 ? host.toUpperCase() : host)
                + (random.nextInt(5) == 0 ? "." : "") + (random.nextInt(3) == 0 ? ":8080" : "");
    }

    private static String labels(Random random) {
        return String.join(".", random.ints(random.nextInt(3) + 1, 0, 3).mapToObj(i -> "ab".repeat(i) + "c")
                .toList());
    }

    private static String routePath(Random random) {
        String path = path(random);
        return random.nextInt(3) > 0 ? path.replaceFirst("/$", "") + "/*" : path;
    }

    private static String path(Random random) {
        StringBuilder path = new StringBuilder();
        for (int i = random.nextInt(4); i > 0; i--) {
            path.append('/').append(new String[] {"a", "b", "ab"}[random.nextInt(3)]);
        }
        return path.isEmpty() || random.nextInt(5) == 0 ? path + "/" : path.toString();
    }

    private static RoutingTable table(String... names) {
        return RoutingTable.of(topology(List.of(), Arrays.stream(names).map(name -> {
            int slash = name.indexOf('/');
            return route(name.substring(0, slash), name.substring(slash), name);
        }).toList()));
    }

    private static Route route(String host, String path, String service) {
        return new Route(host, path, service, Origin.CONFIG);
    }

    private static Topology topology(List<String> services, List<Route> routes) {
        Map<String, Service> byName = new HashMap<>();
        services.forEach(name -> byName.put(name,
                new Service(name, ServicePolicy.DEFAULT, List.of(), Origin.CONFIG)));
        return new Topology(byName, routes, "1");
    }
}
