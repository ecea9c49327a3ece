package dev.gyre.registry;

import dev.gyre.config.Sizes;
import dev.gyre.model.Origin;
import dev.gyre.model.Priority;
import dev.gyre.model.Route;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The commands about a route, which host and path name together. */
public sealed interface RouteCommand extends Command {

    String host();

    String path();

    /** As messages name a route, e.g. {@code route api.example.com/v1/*}. */
    static String name(Route route) {
        return name(route.host(), route.path());
    }

    private static String name(String host, String path) {
        return "route " + host + path;
    }

    /**
     * Leads requests to a service; an existing route of that host and path is turned to it.
     *
     * @param maxBody  empty: as it was
     * @param priority empty: as it was
     */
    record Put(String host, String path, String service, OptionalLong maxBody, Optional<Priority> priority)
            implements RouteCommand {

        public Put(String host, String path, String service) {
            this(host, path, service, OptionalLong.empty(), Optional.empty());
        }

        @Override
        public Change on(State state, Stamp stamp, Instant now) throws CommandRefused {
            state.service(service);
            Optional<Route> there = state.route(host, path);
            boolean leads = there.filter(route -> route.service().equals(service)).isPresent();
            boolean limits = maxBody.isPresent()
                    && there.filter(route -> route.maxBody().equals(maxBody)).isEmpty();
            boolean ranks = priority.isPresent()
                    && there.filter(route -> route.priority().equals(priority)).isEmpty();
            if (leads && !limits && !ranks) {
                return Change.none(name(host, path) + " leads to \"" + service + "\" already");
            }
            Thing thing = state.thing(Key.route(Origin.OPERATOR, host, path));
            JsonObject fields = thing.overruled().put(Overlay.SERVICE, service);
            maxBody.ifPresent(most -> fields.put(Overlay.MAX_BODY, Sizes.text(most)));
            priority.ifPresent(rank -> fields.put(Overlay.PRIORITY, rank.word()));
            boolean asDeclared = thing.config().filter(said -> fields.stream().allMatch(field ->
                    field.getValue().equals(said.getValue(field.getKey())))).isPresent();
            List<String> details = new ArrayList<>();
            if (limits) {
                details.add("bodies of up to " + Sizes.text(maxBody.getAsLong()));
            }
            if (ranks) {
                details.add("priority " + priority.get().word());
            }
            return Change.to(words(there, leads) + (details.isEmpty() ? ""
                            : (leads ? ": " : ", with ") + String.join(" and ", details)),
                    thing.wanted(asDeclared ? new JsonObject() : fields, stamp));
        }

        private String words(Optional<Route> there, boolean leads) {
            String name = name(host, path);
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
        public Change on(State state, Stamp stamp, Instant now) throws CommandRefused {
            if (state.route(host, path).isEmpty()) {
                return Change.none(name(host, path) + " is not there, nothing to remove "
                        + Known.hint(host + path, state.topology().routes().stream()
                                .map(route -> route.host() + route.path()).toList()));
            }
            Entry entry = state.thing(Key.route(Origin.OPERATOR, host, path)).unwanted(stamp);
            if (state.with(List.of(entry)).undecided()) {
                throw new CommandRefused(409, name(host, path) + " is the last one and there are services "
                        + String.join(", ", state.topology().services().keySet())
                        + ": add another route first, or remove all services but one");
            }
            return Change.to(name(host, path) + " removed", entry);
        }
    }
}
