package dev.gyre.registry;

import dev.gyre.model.Origin;
import dev.gyre.model.Topology;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.pcollections.PSortedMap;

/**
 * Rules that no single entry can break. A node refuses each command that would break one; two commands at
 * once on two nodes may break one together, which is reported here, because neither may be undone.
 */
final class TopologyRules {

    private static final String NO_ROUTE = "routes";
    private static final String SERVICE = "service ";
    private static final String ROUTE = "route ";

    private TopologyRules() {
    }

    static boolean lacksRoutes(Topology topology) {
        return topology.services().size() > 1 && topology.routes().isEmpty();
    }

    /** The broken rules; rules that a change does not touch are taken from before. */
    static PSortedMap<String, String> judge(PSortedMap<String, String> before, Entries entries,
                                            Topology former, Topology now, Collection<Key> changed) {
        PSortedMap<String, String> broken = before;
        Set<String> policies = changed.stream().filter(key -> key.kind().equals(Key.SERVICE)).map(Key::name)
                .collect(Collectors.toSet());
        for (String name : policies) {
            broken = broken.minus(SERVICE + name);
            if (now.services().containsKey(name)) {
                List<String> mistakes = PolicyReading.of(LayeredResource.of(entries,
                        Key.service(Origin.OPERATOR, name))).mistakes();
                broken = mistakes.isEmpty() ? broken : broken.plus(SERVICE + name, "service \"" + name
                        + "\": left out of its settings: " + String.join("; ", mistakes));
            }
        }
        boolean routed = !policies.isEmpty() || now.routes() != former.routes()
                || changed.stream().anyMatch(key -> key.kind().equals(Key.ROUTE));
        return routed ? judgeRoutes(broken, entries, now) : broken;
    }

    private static PSortedMap<String, String> judgeRoutes(PSortedMap<String, String> before, Entries entries,
            Topology now) {
        PSortedMap<String, String> broken = before.minus(NO_ROUTE).minusAll(before.keySet().stream()
                .filter(name -> name.startsWith(ROUTE)).toList());
        if (lacksRoutes(now)) {
            broken = broken.plus(NO_ROUTE, "no route, and " + now.services().size() + " services ("
                    + String.join(", ", now.services().keySet()) + "): every request is answered 404; add a"
                    + " route (route.put)");
        }
        for (var route : (Iterable<dev.gyre.model.Route>) LayerMerge.routes(entries)::iterator) {
            if (!now.services().containsKey(route.service())) {
                String name = FieldTexts.route(route);
                broken = broken.plus(ROUTE + name, name + " leads to service \"" + route.service()
                        + "\", which is not there: it is left out; add the service or remove the route");
            }
        }
        return broken;
    }
}
