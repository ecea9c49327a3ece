package dev.gyre.registry;

import dev.gyre.model.Origin;
import dev.gyre.model.Route;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

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

    /** Leads requests to a service; an existing route of that host and path is turned to it. */
    record Put(String host, String path, String service) implements RouteCommand {

        @Override
        public Change on(State state, Stamp stamp, Instant now) throws CommandRefused {
            state.service(service);
            Optional<Route> there = state.route(host, path);
            if (there.filter(route -> route.service().equals(service)).isPresent()) {
                return Change.none(name(host, path) + " leads to \"" + service + "\" already");
            }
            Thing thing = state.thing(Key.route(Origin.OPERATOR, host, path));
            JsonObject fields = new JsonObject().put(Overlay.SERVICE, service);
            boolean asDeclared = thing.config().filter(fields::equals).isPresent();
            return Change.to(there.isPresent()
                            ? name(host, path) + " now leads to \"" + service + "\" instead of \""
                                    + there.get().service() + "\""
                            : name(host, path) + " leads to \"" + service + "\"",
                    thing.wanted(asDeclared ? new JsonObject() : fields, stamp));
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
