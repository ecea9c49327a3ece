package dev.gyre.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.Backend;
import dev.gyre.model.Origin;
import dev.gyre.model.Service;
import dev.gyre.model.Topology;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A state that follows another is the one that is read from all entries anew, and no more was made anew for
 * it.
 */
final class Following {

    private Following() {
    }

    /** @param dated since when backends are there is told alike, for no clock was wrong so far */
    static void check(RegistryState before, RegistryState next, boolean dated) {
        RegistryState fresh = RegistryState.of(next.entries(), next.now());
        same(next, fresh, dated);
        assertThat(next.deadlines()).isEqualTo(fresh.deadlines());
        assertThat(next.unknown()).isEqualTo(fresh.unknown());
        assertThat(next.broken()).isEqualTo(fresh.broken());
        assertThat(next.entries().digest()).isEqualTo(fresh.entries().digest());
        for (Service service : before.topology().services().values()) {
            boolean touched = !said(before, service.name()).equals(said(next, service.name()))
                    || !Collections.disjoint(before.deadlines().between(before.now(), next.now()),
                            keys(before, service.name()));
            assertThat(touched || next.topology().services().get(service.name()) == service)
                    .as("the untouched service %s is the very same", service.name()).isTrue();
        }
    }

    private static List<Key> keys(RegistryState of, String service) {
        List<Key> keys = new ArrayList<>(of.entries().backendKeys(service).toList());
        keys.add(Key.service(Origin.OPERATOR, service));
        return keys;
    }

    private static List<Entry> said(RegistryState of, String service) {
        return of.entries().all().stream().filter(entry -> entry.key().kind().equals(Key.BACKEND)
                ? entry.key().head().equals(service)
                : entry.key().kind().equals(Key.SERVICE) && entry.key().name().equals(service)).toList();
    }

    /** But for since when backends are there, where clocks disagree on what is the future. */
    static void same(RegistryState one, RegistryState other, boolean dated) {
        if (!dated) {
            assertThat(undated(one)).isEqualTo(undated(other));
        } else {
            assertThat(one.topology()).isEqualTo(other.topology());
        }
    }

    private static Topology undated(RegistryState state) {
        Map<String, Service> services = new TreeMap<>();
        state.topology().services().forEach((name, service) -> services.put(name, service.with(
                service.backends().stream().map(backend -> new Backend(backend.url(), backend.weight(),
                        backend.draining(), backend.origin(), backend.zone(), Optional.empty())).toList(),
                service.unresolved())));
        return new Topology(services, state.topology().routes(), state.topology().version());
    }
}
