package dev.gyre.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.config.ServicePolicyReader;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Route;
import dev.gyre.model.Service;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/** What a command that was carried out must have come to, by what it says and not by how it is done. */
final class Effect {

    private Effect() {
    }

    static List<Entry> meant(Command command, RegistryState state, Stamp stamp) {
        try {
            return command.on(state, stamp).entries();
        } catch (CommandRefused e) {
            return List.of();
        }
    }

    static void holds(Entry decided, RegistryState state) {
        decided.registers().forEach(register -> assertThat(state.entries().entry(decided.key())
                .flatMap(entry -> entry.register(register.name()))).as("decided last: %s", decided)
                .matches(held -> held.isPresent() && held.get().says(register)));
    }

    /** The fields that a command on what is there is about; empty: it is about all of the thing. */
    static Optional<Set<String>> concerns(Command command, RegistryState before) {
        if (command instanceof BackendCommand one && backend(before, one.service(), one.url()).isPresent()) {
            return command instanceof BackendCommand.Remove ? Optional.empty()
                    : Optional.of(command instanceof BackendCommand.Weight ? Set.of("weight")
                    : command instanceof BackendCommand.Add ? Set.of("weight", "zone") : Set.of("draining"));
        }
        if (command instanceof HoldCommand) {
            return Optional.of(Set.of("heldUntil"));
        }
        if (command instanceof ServiceCommand.Put put && put.backends().isEmpty()
                && service(before, put.service()).isPresent()) {
            return Optional.of(SettingPaths.flat(put.policy()).keySet());
        }
        return command instanceof RouteCommand.Put put && before.route(put.host(), put.path()).isPresent()
                ? Optional.of(Set.of("service", "maxBody", "priority")) : Optional.empty();
    }

    static void check(Command command, RegistryState state) {
        if (command instanceof BackendCommand.Add add) {
            Backend added = backend(state, add.service(), add.url()).orElseThrow();
            add.wish().weight().ifPresent(weight -> assertThat(added.weight()).isEqualTo(weight));
            add.wish().zone().ifPresent(zone -> assertThat(added.zone()).contains(zone));
        } else if (command instanceof BackendCommand.Remove remove) {
            assertThat(backend(state, remove.service(), remove.url())).isEmpty();
        } else if (command instanceof BackendCommand.Drain drain) {
            assertThat(backend(state, drain.service(), drain.url()).orElseThrow().draining()).isTrue();
        } else if (command instanceof BackendCommand.Resume resume) {
            assertThat(backend(state, resume.service(), resume.url()).orElseThrow().draining()).isFalse();
        } else if (command instanceof BackendCommand.Weight weight) {
            assertThat(backend(state, weight.service(), weight.url()).orElseThrow().weight())
                    .isEqualTo(weight.weight());
        } else if (command instanceof ServiceCommand.Put put) {
            put(put, service(state, put.service()).orElseThrow());
        } else if (command instanceof ServiceCommand.Remove remove) {
            assertThat(service(state, remove.service())).isEmpty();
        } else if (command instanceof HoldCommand.Hold hold) {
            assertThat(service(state, hold.service()).orElseThrow().heldUntil())
                    .contains(state.now().plus(hold.span()));
        } else if (command instanceof HoldCommand.Release release) {
            assertThat(service(state, release.service()).orElseThrow().heldUntil()).isEmpty();
        } else if (command instanceof RouteCommand.Put put) {
            Route route = state.route(put.host(), put.path()).orElseThrow();
            assertThat(route.service()).isEqualTo(put.service());
            put.maxBody().ifPresent(most -> assertThat(route.maxBody()).hasValue(most));
            put.priority().ifPresent(priority -> assertThat(route.priority()).contains(priority));
        } else if (command instanceof RouteCommand.Remove remove) {
            assertThat(state.route(remove.host(), remove.path())).isEmpty();
        }
    }

    private static void put(ServiceCommand.Put put, Service service) {
        SortedMap<String, Object> given = SettingPaths.flat(put.policy());
        SortedMap<String, Object> alone = SettingPaths.flat(ServicePolicyReader.write(
                ServicePolicyReader.read("", put.policy()).accepted().orElseThrow()));
        SortedMap<String, Object> after = SettingPaths.flat(ServicePolicyReader.write(service.policy()));
        given.keySet().stream().filter(alone::containsKey).forEach(path ->
                assertThat(after.get(path)).as(path).isEqualTo(alone.get(path)));
        put.backends().forEach((url, wish) -> assertThat(service.backends()).as("of %s", put)
                .anyMatch(backend -> backend.url().equals(url)));
    }

    private static Optional<Service> service(RegistryState state, String name) {
        return Optional.ofNullable(state.topology().services().get(name));
    }

    private static Optional<Backend> backend(RegistryState state, String service, BackendUrl url) {
        return service(state, service).flatMap(there -> there.backends().stream()
                .filter(backend -> backend.url().equals(url)).findFirst());
    }
}
