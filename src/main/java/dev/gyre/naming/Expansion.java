package dev.gyre.naming;

import dev.gyre.model.Backend;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Service;
import dev.gyre.model.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** From the topology as it is wanted to the one that is served by: each address of a name a backend. */
final class Expansion {

    private Expansion() {
    }

    /** That backends are named by, in all services. */
    static Set<String> names(Topology topology) {
        return topology.services().values().stream().flatMap(service -> service.backends().stream())
                .map(Backend::url).filter(BackendUrl::isNamed).map(BackendUrl::host)
                .collect(Collectors.toSet());
    }

    /** @param names what is known of each of the {@link #names} */
    static Topology of(Topology wanted, Function<String, Known> names) {
        Map<String, Service> services = new TreeMap<>();
        wanted.services().forEach((name, service) -> services.put(name, of(service, names)));
        return new Topology(services, wanted.routes(), wanted.version());
    }

    private static Service of(Service service, Function<String, Known> names) {
        if (service.backends().stream().noneMatch(backend -> backend.url().isNamed())) {
            return service;
        }
        List<Backend> backends = new ArrayList<>();
        Map<BackendUrl, String> unresolved = new TreeMap<>();
        for (Backend backend : service.backends()) {
            if (!backend.url().isNamed()) {
                backends.add(backend);
                continue;
            }
            Known known = names.apply(backend.url().host());
            known.addresses().forEach(address -> backends.add(backend.at(address.text(), address.since())));
            known.nowhere().ifPresent(why -> unresolved.put(backend.url(), why));
        }
        return service.with(backends, unresolved);
    }
}
