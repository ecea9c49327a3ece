package dev.gyre.api;

import dev.gyre.config.BackendReader;
import dev.gyre.config.Durations;
import dev.gyre.config.RouteReader;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Origin;
import dev.gyre.model.Route;
import dev.gyre.registry.Author;
import dev.gyre.registry.BackendCommand;
import dev.gyre.registry.Command;
import dev.gyre.registry.CommandRefused;
import dev.gyre.registry.CommandResult;
import dev.gyre.registry.HoldCommand;
import dev.gyre.registry.Registry;
import dev.gyre.registry.ResetCommand;
import dev.gyre.registry.RouteCommand;
import dev.gyre.registry.ServiceCommand;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;

/** The commands that change the topology: from JSON to a registry command, and its result to JSON. */
final class Changes {

    private static final Duration DEFAULT_WAIT = Duration.ofSeconds(30);
    private static final Duration LONGEST_TTL = Duration.ofDays(365);

    private final Registry registry;
    private final Observed observed;
    private final DrainWait drainWait;
    private final Nodes nodes;

    Changes(Registry registry, Observed observed, DrainWait drainWait, Nodes nodes) {
        this.nodes = nodes;
        this.registry = registry;
        this.observed = observed;
        this.drainWait = drainWait;
    }

    Future<JsonObject> addBackend(CommandFields fields) throws CommandRefused {
        String service = fields.service();
        BackendUrl url = fields.newUrl(nodes);
        BackendCommand.Wish wish = new BackendCommand.Wish(fields.weight(), fields.zone());
        fields.done();
        BackendCommand.Add add = new BackendCommand.Add(service, url, wish);
        return backend(add, fields.author()).compose(reply -> observed.resolved()
                .map(v -> {
                    observed.ownListener(url).ifPresent(warning -> reply.put("warning", warning));
                    return ResolvedNames.noted(reply, add.id(), observed.topology());
                }));
    }

    Future<JsonObject> removeBackend(CommandFields fields) throws CommandRefused {
        String service = fields.service();
        BackendUrl url = fields.url();
        Optional<Duration> wait = wait(fields);
        fields.done();
        return waited(new BackendCommand.Remove(service, url), fields.author(), wait);
    }

    Future<JsonObject> drainBackend(CommandFields fields) throws CommandRefused {
        String service = fields.service();
        BackendUrl url = fields.url();
        Optional<Duration> ttl = fields.duration("ttl", Duration.ofMillis(1), LONGEST_TTL);
        Optional<Duration> tunnels = fields.duration("tunnels", Duration.ZERO, LONGEST_TTL);
        Optional<Duration> wait = wait(fields);
        fields.done();
        return waited(new BackendCommand.Drain(service, url, ttl, tunnels), fields.author(), wait);
    }

    Future<JsonObject> resumeBackend(CommandFields fields) throws CommandRefused {
        String service = fields.service();
        BackendUrl url = fields.url();
        fields.done();
        return backend(new BackendCommand.Resume(service, url), fields.author());
    }

    Future<JsonObject> weighBackend(CommandFields fields) throws CommandRefused {
        String service = fields.service();
        BackendUrl url = fields.url();
        int weight = fields.requiredWeight();
        fields.done();
        return backend(new BackendCommand.Weight(service, url, weight), fields.author());
    }

    Future<JsonObject> putService(CommandFields fields) throws CommandRefused {
        String service = fields.newService();
        JsonObject policy = fields.part("balance", "sticky", "slowStart", "host", "pool", "timeouts", "retry",
                "ejection", "health", "hold", "limit");
        Map<BackendUrl, BackendCommand.Wish> backends = backends(fields);
        fields.done();
        return apply(new ServiceCommand.Put(service, policy, backends), fields.author())
                .compose(reply -> shownWith(service, reply));
    }

    /** The reply, with the service as it is now. */
    private Future<JsonObject> shownWith(String service, JsonObject reply) {
        Optional.ofNullable(registry.topology().services().get(service))
                .ifPresent(now -> reply.put("service", Listings.service(now)));
        return observed.resolved().map(reply);
    }

    private Map<BackendUrl, BackendCommand.Wish> backends(CommandFields fields) {
        Map<BackendUrl, BackendCommand.Wish> backends = new TreeMap<>();
        List<Object> items = fields.list("backends");
        for (int i = 0; i < items.size(); i++) {
            String path = "backends[" + i + "]";
            if (items.get(i) instanceof String text) {
                fields.accept(BackendReader.url(path, text))
                        .ifPresent(url -> backends.put(url, BackendCommand.Wish.NONE));
            } else if (items.get(i) instanceof JsonObject json) {
                fields.accept(BackendReader.read(path, json, Origin.OPERATOR)).ifPresent(backend ->
                        backends.put(backend.url(), new BackendCommand.Wish(
                                Optional.ofNullable(json.getInteger("weight")), backend.zone())));
            } else {
                fields.refuse(path, CommandFields.found(items.get(i)),
                        BackendUrl.FORMS + ", or url, weight and zone");
            }
        }
        backends.keySet().forEach(url -> fields.requireBackend("backends", url, nodes));
        return backends;
    }

    Future<JsonObject> holdService(CommandFields fields) throws CommandRefused {
        String service = fields.service();
        Duration span = fields.requiredDuration("for", Duration.ofSeconds(1), HoldCommand.LONGEST);
        fields.done();
        return apply(new HoldCommand.Hold(service, span), fields.author());
    }

    Future<JsonObject> releaseService(CommandFields fields) throws CommandRefused {
        String service = fields.service();
        fields.done();
        return apply(new HoldCommand.Release(service), fields.author());
    }

    Future<JsonObject> removeService(CommandFields fields) throws CommandRefused {
        String service = fields.service();
        boolean force = fields.flag("force");
        fields.done();
        return apply(new ServiceCommand.Remove(service, force), fields.author());
    }

    Future<JsonObject> putRoute(CommandFields fields) throws CommandRefused {
        JsonObject given = fields.part("host", "path", "service", "maxBody", "priority");
        Optional<Route> route = fields.accept(RouteReader.read("", given, Origin.OPERATOR));
        boolean force = fields.flag("force");
        fields.done();
        Route wanted = route.orElseThrow();
        return apply(new RouteCommand.Put(wanted.host(), wanted.path(), wanted.service(), wanted.maxBody(),
                wanted.priority(), force), fields.author())
                .map(reply -> reply.put("route", RouteReader.write(show(wanted))));
    }

    Future<JsonObject> removeRoute(CommandFields fields) throws CommandRefused {
        Route gone = namedRoute(fields);
        fields.done();
        return apply(new RouteCommand.Remove(gone.host(), gone.path()), fields.author());
    }

    /** A placeholder if its host or path is wrong. */
    private static Route namedRoute(CommandFields fields) {
        // Host and path name the route; the service is a filler that the reader requires.
        JsonObject named = fields.part("host", "path").put("service", "any");
        return fields.accept(RouteReader.read("", named, Origin.OPERATOR))
                .orElseGet(() -> new Route("*", "/*", "any", Origin.OPERATOR));
    }

    Future<JsonObject> resetBackend(CommandFields fields) throws CommandRefused {
        BackendId id = new BackendId(fields.service(), fields.url());
        Optional<SortedSet<String>> only = fields.names("fields");
        fields.done();
        return apply(ResetCommand.backend(id, only), fields.author())
                .map(reply -> reply.put("backend", show(id)));
    }

    Future<JsonObject> resetService(CommandFields fields) throws CommandRefused {
        String service = fields.service();
        Optional<SortedSet<String>> only = fields.names("fields");
        fields.done();
        return apply(ResetCommand.service(service, only), fields.author())
                .compose(reply -> shownWith(service, reply));
    }

    Future<JsonObject> resetRoute(CommandFields fields) throws CommandRefused {
        Route named = namedRoute(fields);
        Optional<SortedSet<String>> only = fields.names("fields");
        fields.done();
        return apply(ResetCommand.route(named.host(), named.path(), only), fields.author());
    }

    /** How long the command waits until nothing is in flight; empty: not at all. */
    static Optional<Duration> wait(CommandFields fields) {
        boolean wait = fields.flag("wait");
        Optional<Duration> timeout = fields.duration("timeout", Duration.ZERO, Durations.LONGEST);
        if (timeout.isPresent() && !wait) {
            fields.refuse("timeout", "given without \"wait\"", "\"wait\": true beside it");
        }
        return wait ? Optional.of(timeout.orElse(DEFAULT_WAIT)) : Optional.empty();
    }

    private Future<JsonObject> waited(BackendCommand command, Author author, Optional<Duration> wait) {
        Future<JsonObject> acknowledged = backend(command, author);
        return wait.isEmpty() ? acknowledged
                : acknowledged.compose(reply -> drainWait.left(command.id(), wait.get(), reply));
    }

    private Future<JsonObject> backend(BackendCommand command, Author author) {
        return apply(command, author).map(reply -> reply.put("backend", show(command.id())));
    }

    private JsonObject show(BackendId id) {
        return show(registry, id);
    }

    /** Its current state; only the name if it is removed. */
    static JsonObject show(Registry registry, BackendId id) {
        return Optional.ofNullable(registry.topology().services().get(id.service())).stream()
                .flatMap(service -> service.backends().stream())
                .filter(backend -> backend.url().equals(id.url()))
                .findFirst().map((Backend backend) -> Listings.backend(id.service(), backend))
                .orElseGet(() -> new JsonObject().put("service", id.service())
                        .put("url", id.url().toString()));
    }

    /** With the fields that it keeps. */
    private Route show(Route wanted) {
        return registry.topology().routes().stream().filter(route -> route.host().equals(wanted.host())
                && route.path().equals(wanted.path())).findFirst().orElse(wanted);
    }

    private Future<JsonObject> apply(Command command, Author author) {
        return registry.apply(command, author).map(Changes::reply);
    }

    static JsonObject reply(CommandResult applied) {
        return new JsonObject().put("ok", true).put("version", applied.version())
                .put("changed", applied.changed()).put("what", applied.what());
    }
}
