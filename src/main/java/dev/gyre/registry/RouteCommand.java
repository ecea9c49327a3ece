package dev.gyre.registry;

import dev.gyre.config.Sizes;
import dev.gyre.model.Origin;
import dev.gyre.model.Priority;
import dev.gyre.model.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/** The commands about a route, which is named by host and path. */
public sealed interface RouteCommand extends Command {

    String host();

    String path();

    /**
     * Leads requests to a service; an existing route of that host and path is changed.
     *
     * @param maxBody  empty: unchanged
     * @param priority empty: unchanged
     * @param force    also if the only service, which had no route, would lose its requests
     */
    record Put(String host, String path, String service, OptionalLong maxBody, Optional<Priority> priority,
            boolean force) implements RouteCommand {

        public Put(String host, String path, String service) {
            this(host, path, service, OptionalLong.empty(), Optional.empty(), false);
        }

        @Override
        public Change on(RegistryState state, Stamp stamp) throws CommandRefused {
            state.service(service);
            Optional<Route> there = state.route(host, path);
            boolean leads = there.filter(route -> route.service().equals(service)).isPresent();
            boolean limits = maxBody.isPresent()
                    && there.filter(route -> route.maxBody().equals(maxBody)).isEmpty();
            boolean ranks = priority.isPresent()
                    && there.filter(route -> route.priority().equals(priority)).isEmpty();
            if (leads && !limits && !ranks) {
                return Change.none(FieldTexts.route(host, path) + " leads to \"" + service + "\" already");
            }
            if (!force && endsImplicitRoute(state)) {
                throw new CommandRefused(409,
                        FieldTexts.route(host, path) + " would be the first route: all requests go"
                        + " to \"" + service + "\" now, and those that match no route would be answered"
                        + " 404 (put route */* first, or insist with \"force\": true, --force)");
            }
            LayeredResource resource = state.resource(Key.route(Origin.OPERATOR, host, path));
            SortedMap<String, Object> fields = new TreeMap<>();
            fields.put(EntryFields.SERVICE, service);
            maxBody.ifPresent(most -> fields.put(EntryFields.MAX_BODY, Sizes.text(most)));
            priority.ifPresent(rank -> fields.put(EntryFields.PRIORITY, rank.word()));
            List<String> details = new ArrayList<>();
            if (limits) {
                details.add("bodies of up to " + Sizes.text(maxBody.getAsLong()));
            }
            if (ranks) {
                details.add("priority " + priority.get().word());
            }
            String what = words(there, leads) + (details.isEmpty() ? ""
                    : (leads ? ": " : ", with ") + String.join(" and ", details));
            return Change.to(what, resource.present() ? overConfig(resource, fields, stamp)
                    : resource.addition(fields, stamp));
        }

        private boolean endsImplicitRoute(RegistryState state) {
            return state.topology().routes().isEmpty() && state.topology().services().size() == 1
                    && !(host.equals("*") && path.equals("/*"));
        }

        /**
         * Fields with config's value are left to config, so that a route changed back follows config again.
         */
        private static Entry overConfig(LayeredResource resource, SortedMap<String, Object> fields,
                                        Stamp stamp) {
            List<Register> registers = new ArrayList<>();
            fields.forEach((name, value) -> registers.add(resource.config().flatMap(said -> said.value(name))
                    .filter(value::equals).isPresent() ? Register.unset(name, stamp)
                    : Register.set(name, stamp, value)));
            return Entry.of(resource.key(), registers);
        }

        private String words(Optional<Route> there, boolean leads) {
            String name = FieldTexts.route(host, path);
            if (leads) {
                return name;
            }
            return there.isPresent()
                    ? name + " now leads to \"" + service + "\" instead of \"" + there.get().service() + "\""
                    : name + " leads to \"" + service + "\"";
        }
    }

    /** Removes a route; refused for the last one while there is more than one service. */
    record Remove(String host, String path) implements RouteCommand {

        @Override
        public Change on(RegistryState state, Stamp stamp) throws CommandRefused {
            if (state.route(host, path).isEmpty()) {
                return Change.none(FieldTexts.route(host, path) + " is not there, nothing to remove "
                        + Suggestions.listed(state.topology().routes().stream()
                                .map(route -> route.host() + route.path()).toList()));
            }
            Entry entry = state.resource(Key.route(Origin.OPERATOR, host, path)).removal(stamp);
            if (state.afterDecision(List.of(entry), stamp).lacksRoutes()) {
                throw new CommandRefused(409,
                        FieldTexts.route(host, path) + " is the last one and there are services "
                        + String.join(", ", state.topology().services().keySet())
                        + ": add another route first, or remove all services but one");
            }
            return Change.to(FieldTexts.route(host, path) + " removed", entry);
        }
    }
}
