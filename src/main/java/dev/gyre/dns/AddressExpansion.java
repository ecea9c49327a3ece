package dev.gyre.dns;

import dev.gyre.config.BackendNetworks;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Service;
import dev.gyre.model.ServiceChange;
import dev.gyre.model.Topology;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * From the wanted topology to the one in use: each address of a name is a backend. A service is expanded
 * again if it has changed, or the addresses of one of its names; all others stay the same instances. Not
 * thread-safe.
 */
final class AddressExpansion {

    private final BackendNetworks networks;
    private Topology wanted = Topology.empty();
    /** The services with names, by service name. */
    private final Map<String, Named> named = new HashMap<>();
    /** The number of services that use a name. */
    private final Map<String, Integer> uses = new HashMap<>();

    /**
     * A service with its names.
     *
     * @param shown the expanded service; empty: not made yet
     */
    private record Named(Service wanted, Set<String> names, Optional<Service> shown) {
    }

    /** The names that are new, and those that are no longer used. */
    record Turnover(Set<String> came, Set<String> left) {
    }

    AddressExpansion(BackendNetworks networks) {
        this.networks = networks;
    }

    /** Sets the wanted topology. */
    Turnover want(Topology next) {
        Set<String> came = new TreeSet<>();
        List<String> released = new ArrayList<>();
        for (ServiceChange change : ServiceChange.between(wanted, next)) {
            Optional.ofNullable(named.remove(change.name())).ifPresent(old -> released.addAll(old.names()));
            change.after().ifPresent(service -> {
                Set<String> names = names(service);
                names.stream().filter(name -> uses.merge(name, 1, Integer::sum) == 1).forEach(came::add);
                if (!names.isEmpty()
                        || service.backends().stream().anyMatch(one -> refusal(one).isPresent())) {
                    named.put(service.name(), new Named(service, names, Optional.empty()));
                }
            });
        }
        wanted = next;
        // Last, so that a name that moves from one service to another is not forgotten in between.
        Set<String> left = released.stream()
                .filter(name -> uses.computeIfPresent(name, (same, count) -> count == 1 ? null : count - 1)
                        == null)
                .collect(Collectors.toSet());
        return new Turnover(came, left);
    }

    private static Set<String> names(Service service) {
        return service.backends().stream().map(Backend::url).filter(BackendUrl::isNamed)
                .map(BackendUrl::host).collect(Collectors.toSet());
    }

    /**
     * The topology in use.
     *
     * @param known  the resolution of each name
     * @param changed the names whose resolution has changed since the last call
     */
    Topology topology(Function<String, Resolution> known, Set<String> changed) {
        if (named.isEmpty()) {
            return wanted;
        }
        named.replaceAll((name, of) -> of.shown().isPresent() && Collections.disjoint(changed, of.names())
                ? of : new Named(of.wanted(), of.names(), Optional.of(of(of.wanted(), known))));
        Map<String, Service> services = new TreeMap<>(wanted.services());
        named.forEach((name, of) -> services.put(name, of.shown().orElseThrow()));
        return new Topology(services, wanted.routes(), wanted.version());
    }

    /** Checked again here, because another node, an earlier version or config may have accepted it. */
    private Optional<String> refusal(Backend backend) {
        return networks.refusal(backend.url().host(), backend.url().port());
    }

    private Service of(Service service, Function<String, Resolution> names) {
        List<Backend> backends = new ArrayList<>();
        Map<BackendUrl, String> unresolved = new TreeMap<>();
        for (Backend backend : service.backends()) {
            Optional<String> refusal = refusal(backend);
            if (refusal.isPresent()) {
                unresolved.put(backend.url(), "no backend's address: " + refusal.get());
                continue;
            }
            if (!backend.url().isNamed()) {
                backends.add(backend);
                continue;
            }
            Resolution known = names.apply(backend.url().host());
            int before = backends.size();
            for (ResolvedAddress address : known.addresses()) {
                Optional<String> why = networks.refusal(address.text(), backend.url().port());
                if (why.isEmpty()) {
                    backends.add(backend.at(address.text(), address.since()));
                } else if (backends.size() == before) {
                    unresolved.put(backend.url(), "stands for " + address.text() + ", which is " + why.get());
                }
            }
            if (backends.size() > before) {
                unresolved.remove(backend.url());
            }
            known.unresolvedReason().ifPresent(why -> unresolved.put(backend.url(), why));
        }
        return service.with(backends, unresolved);
    }
}
