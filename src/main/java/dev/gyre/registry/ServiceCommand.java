package dev.gyre.registry;

import dev.gyre.model.BackendUrl;
import dev.gyre.model.Origin;
import dev.gyre.model.Route;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The commands about a service as a whole. */
public sealed interface ServiceCommand extends Command {

    String service();

    /**
     * Adds a service, or changes the policy of one that is there.
     *
     * @param policy   in the form config has for it; fields not given stay as they are
     * @param backends to add; those there already stay
     */
    record Put(String service, JsonObject policy, Map<BackendUrl, BackendCommand.Wish> backends)
            implements ServiceCommand {

        public Put {
            policy = policy.copy();
            backends = new TreeMap<>(backends);
        }

        @Override
        public Change on(State state, Stamp stamp, Instant now) throws CommandRefused {
            List<Entry> entries = new ArrayList<>(policyOn(state, stamp));
            boolean added = !state.topology().services().containsKey(service);
            boolean policyChanged = !added && !entries.isEmpty();
            State after = state.with(entries);
            if (after.undecided()) {
                throw new CommandRefused(409, "a second service beside \""
                        + String.join(", ", state.topology().services().keySet())
                        + "\" needs a route first: without one nobody could say which requests go where"
                        + " (route.put for the service that is there)");
            }
            List<String> whats = new ArrayList<>();
            for (Map.Entry<BackendUrl, BackendCommand.Wish> backend : backends.entrySet()) {
                Change change = new BackendCommand.Add(service, backend.getKey(), backend.getValue())
                        .on(after, stamp, now);
                entries.addAll(change.entries());
                if (!change.entries().isEmpty()) {
                    whats.add(change.what());
                }
            }
            if (added || policyChanged) {
                whats.add(0, "service \"" + service + "\" " + (added ? "added" : "changed"));
            }
            return entries.isEmpty() ? Change.none("service \"" + service + "\" is so already")
                    : new Change(entries, String.join("; ", whats));
        }

        private List<Entry> policyOn(State state, Stamp stamp) throws CommandRefused {
            Thing thing = state.thing(Key.service(Origin.OPERATOR, service));
            JsonObject overruled = thing.overruled().mergeIn(policy, true);
            ServicePolicy wanted = Policies.require(thing.fields().mergeIn(policy, true));
            Service there = state.topology().services().get(service);
            return there != null && there.policy().equals(wanted) ? List.of()
                    : List.of(thing.wanted(overruled, stamp));
        }
    }

    /** Removes a service with all its backends; refused while a route leads to it. */
    record Remove(String service) implements ServiceCommand {

        @Override
        public Change on(State state, Stamp stamp, Instant now) throws CommandRefused {
            if (!state.topology().services().containsKey(service)) {
                return Change.none("service \"" + service + "\" is not there, nothing to remove "
                        + Known.hint(service, state.topology().services().keySet()));
            }
            List<Route> routes = state.topology().routes().stream()
                    .filter(route -> route.service().equals(service)).toList();
            if (!routes.isEmpty()) {
                throw new CommandRefused(409, "service \"" + service + "\" is still led to by "
                        + routes.stream().map(RouteCommand::name).collect(Collectors.joining(", "))
                        + ": remove the route or lead it elsewhere first");
            }
            return new Change(unwanted(state, service, stamp), "service \"" + service + "\" removed");
        }

        /** The entries by which a service is gone. */
        static List<Entry> unwanted(State state, String service, Stamp stamp) {
            List<Entry> entries = new ArrayList<>();
            entries.add(state.thing(Key.service(Origin.OPERATOR, service)).unwanted(stamp));
            // Were they kept, a service of the same name added later would find them among its own.
            state.entries().backendKeys(service)
                    .flatMap(key -> Stream.of(key.in(Origin.DISCOVERY), key))
                    .filter(key -> state.entries().value(key).isPresent())
                    .forEach(key -> entries.add(Entry.tombstone(key, stamp)));
            return entries;
        }
    }
}
