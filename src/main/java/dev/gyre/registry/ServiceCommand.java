package dev.gyre.registry;

import dev.gyre.model.BackendUrl;
import dev.gyre.model.Origin;
import dev.gyre.model.Route;
import dev.gyre.model.Service;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The commands about a service as a whole. */
public sealed interface ServiceCommand extends Command {

    String service();

    /**
     * Adds a service, or changes the policy of an existing one.
     *
     * @param policy   in the form of config; fields not given stay unchanged
     * @param backends to add; existing ones stay
     */
    record Put(String service, JsonObject policy, Map<BackendUrl, BackendCommand.Wish> backends)
            implements ServiceCommand {

        public Put {
            policy = policy.copy();
            backends = new TreeMap<>(backends);
        }

        @Override
        public Change on(RegistryState state, Stamp stamp) throws CommandRefused {
            boolean added = !state.topology().services().containsKey(service);
            List<Entry> entries = new ArrayList<>(policyOn(state, stamp, added));
            RegistryState after = state.afterDecision(entries, stamp);
            if (after.lacksRoutes() && !state.lacksRoutes()) {
                throw new CommandRefused(409, "a second service beside \""
                        + String.join(", ", state.topology().services().keySet())
                        + "\" needs a route first: without one no request would have a service"
                        + " (route.put for the service that is there)");
            }
            List<String> whats = new ArrayList<>();
            if (added) {
                whats.add("service \"" + service + "\" added");
            } else if (!entries.isEmpty()) {
                whats.add("service \"" + service + "\" changed: "
                        + String.join(", ", differences(state.service(service), after.service(service))));
            }
            for (Map.Entry<BackendUrl, BackendCommand.Wish> backend : backends.entrySet()) {
                Change change = new BackendCommand.Add(service, backend.getKey(), backend.getValue())
                        .on(after, stamp);
                entries.addAll(change.entries());
                if (!change.entries().isEmpty()) {
                    whats.add(change.what());
                }
            }
            return entries.isEmpty() ? Change.none("service \"" + service + "\" is so already")
                    : new Change(entries, String.join("; ", whats));
        }

        /** {@code pool.maxConnections 512 → 78} for each changed setting. */
        private static List<String> differences(Service before, Service after) {
            SortedMap<String, Object> old = SettingPaths.flat(Policies.json(before.policy()));
            SortedMap<String, Object> now = SettingPaths.flat(Policies.json(after.policy()));
            SortedSet<String> paths = new TreeSet<>(old.keySet());
            paths.addAll(now.keySet());
            return paths.stream().filter(path -> !Objects.equals(old.get(path), now.get(path)))
                    .map(path -> path + " " + old.getOrDefault(path, "none") + " → "
                            + now.getOrDefault(path, "none")).toList();
        }

        private List<Entry> policyOn(RegistryState state, Stamp stamp, boolean added) throws CommandRefused {
            LayeredResource there = state.resource(Key.service(Origin.OPERATOR, service));
            SortedMap<String, Object> fields = SettingPaths.flat(policy);
            if (fields.isEmpty() && !added) {
                return List.of();
            }
            Entry said = added ? there.addition(fields, stamp) : there.setting(stamp, fields);
            PolicyReading after = PolicyReading.of(state.afterDecision(List.of(said), stamp)
                    .resource(there.key()));
            List<String> mistakes = new ArrayList<>(after.mistakes());
            // Mistakes from before are no reason to refuse an unrelated change.
            List<String> before = PolicyReading.of(there).mistakes();
            mistakes.removeIf(mistake -> before.contains(mistake) && fields.keySet().stream()
                    .noneMatch(path -> SettingPaths.related(path,
                            mistake.substring(0, Math.max(0, mistake.indexOf(':'))))));
            if (!mistakes.isEmpty()) {
                throw new CommandRefused(400, String.join("; ", mistakes));
            }
            return !added && state.service(service).policy().equals(after.policy()) ? List.of()
                    : List.of(said);
        }
    }

    /**
     * Removes a service with all its backends; refused while a route leads to it.
     *
     * @param force also if it is the only one
     */
    record Remove(String service, boolean force) implements ServiceCommand {

        public Remove(String service) {
            this(service, false);
        }

        @Override
        public Change on(RegistryState state, Stamp stamp) throws CommandRefused {
            if (!state.topology().services().containsKey(service)) {
                return Change.none("service \"" + service + "\" is not there, nothing to remove "
                        + Suggestions.listed(state.topology().services().keySet()));
            }
            List<Route> routes = state.topology().routes().stream()
                    .filter(route -> route.service().equals(service)).toList();
            if (!routes.isEmpty()) {
                throw new CommandRefused(409, "service \"" + service + "\" is still led to by "
                        + routes.stream().map(FieldTexts::route).collect(Collectors.joining(", "))
                        + ": remove the route or lead it elsewhere first");
            }
            if (!force && state.topology().services().size() == 1) {
                throw new CommandRefused(409, "service \"" + service + "\" is the only service: without it"
                        + " every request is answered 404 (put another service first, or insist with"
                        + " \"force\": true, --force)");
            }
            return new Change(unwanted(state, service, stamp), "service \"" + service + "\" removed");
        }

        /** The entries that remove a service. */
        static List<Entry> unwanted(RegistryState state, String service, Stamp stamp) {
            List<Entry> entries = new ArrayList<>();
            entries.add(state.resource(Key.service(Origin.OPERATOR, service)).removal(stamp));
            // Otherwise a later service of the same name would get its backends.
            state.entries().backendKeys(service)
                    .flatMap(key -> Stream.of(key.in(Origin.DISCOVERY), key))
                    .flatMap(key -> state.entries().entry(key).stream())
                    .filter(entry -> !entry.tombstone())
                    .forEach(entry -> entries.add(Entry.of(entry.key(), entry.registers().stream()
                            .filter(Register::isSet)
                            .map(register -> Register.unset(register.name(), stamp)).toList())));
            return entries;
        }
    }
}
