package dev.gyre.registry;

import dev.gyre.model.Backend;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The commands about one backend of a service. */
public sealed interface BackendCommand extends Command {

    String service();

    BackendUrl url();

    /** {@code service/url}, as messages name it. */
    default BackendId id() {
        return new BackendId(service(), url());
    }

    /**
     * The wanted weight and zone of a backend.
     *
     * @param weight 1..1000; empty: 1 for a new backend, unchanged for one that is there
     * @param zone   where it stands; empty: nowhere for a new backend, unchanged for one that is there
     */
    record Wish(Optional<Integer> weight, Optional<String> zone) {

        public static final Wish NONE = new Wish(Optional.empty(), Optional.empty());

        public Wish {
            weight.ifPresent(BackendCommand::requireWeight);
        }

        private boolean meets(Backend backend) {
            return (weight.isEmpty() || weight.get() == backend.weight())
                    && (zone.isEmpty() || zone.equals(backend.zone()));
        }

        /** Its fields and no others. */
        private SortedMap<String, Object> fields() {
            SortedMap<String, Object> fields = new TreeMap<>();
            weight.ifPresent(given -> fields.put(EntryFields.WEIGHT, given));
            zone.ifPresent(given -> fields.put(EntryFields.ZONE, given));
            return fields;
        }
    }

    /** Adds a backend, or brings back one that config declares and the operator removed. */
    record Add(String service, BackendUrl url, Wish wish) implements BackendCommand {

        /** Without a zone. */
        public Add(String service, BackendUrl url, Optional<Integer> weight) {
            this(service, url, new Wish(weight, Optional.empty()));
        }

        @Override
        public Change on(RegistryState state, Stamp stamp) throws CommandRefused {
            Optional<Backend> there = state.find(service, url);
            LayeredResource resource = state.backendResource(service, url);
            if (there.isPresent()) {
                Backend backend = there.get();
                String draining = backend.draining() ? ", draining: backend.resume gives it requests again"
                        : "";
                if (wish.meets(backend)) {
                    return Change.none(id() + " is there already, weight " + backend.weight() + draining);
                }
                if (wish.zone().isEmpty() || wish.zone().equals(backend.zone())) {
                    return new Weight(service, url, wish.weight().orElseThrow()).on(state, stamp);
                }
                return Change.to(id() + " is in zone " + wish.zone().get() + " now",
                        resource.setting(stamp, wish.fields()));
            }
            boolean back = resource.removed();
            SortedMap<String, Object> fields = wish.fields();
            if (!back) {
                fields.putIfAbsent(EntryFields.WEIGHT, 1);
            }
            return Change.to(id() + (back ? " is back" : " added"), resource.addition(fields, stamp));
        }
    }

    /** Removes a backend; requests in flight finish. */
    record Remove(String service, BackendUrl url) implements BackendCommand {

        @Override
        public Change on(RegistryState state, Stamp stamp) throws CommandRefused {
            if (state.findExactly(service, url).isEmpty()) {
                return Change.none(id() + " is not there, nothing to remove "
                        + Suggestions.listed(state.urls(service)));
            }
            return Change.to(id() + " removed", state.backendResource(service, url).removal(stamp));
        }
    }

    /**
     * Gives a backend no new request; those in flight finish.
     *
     * @param ttl     after which the drain ends by itself; empty: it stays until resumed
     * @param tunnels after which those still open are ended; empty: never
     */
    record Drain(String service, BackendUrl url, Optional<Duration> ttl, Optional<Duration> tunnels)
            implements BackendCommand {

        /** With tunnels that go on for as long as they like. */
        public Drain(String service, BackendUrl url, Optional<Duration> ttl) {
            this(service, url, ttl, Optional.empty());
        }

        @Override
        public Change on(RegistryState state, Stamp stamp) throws CommandRefused {
            Backend backend = state.findExactly(service, url).orElse(null);
            if (backend == null) {
                throw new CommandRefused(404, "service \"" + service + "\" has no backend " + url + " "
                        + Suggestions.listed(state.urls(service)));
            }
            LayeredResource resource = state.backendResource(service, url);
            Optional<Instant> until = ttl.map(span -> after(span, state));
            Optional<Instant> tunnelsUntil = tunnels.map(span -> after(span, state));
            String end = until.map(at -> " until " + at).orElse("");
            boolean same = resource.drainEnd().equals(until) && resource.tunnelsEnd().equals(tunnelsUntil);
            if (backend.draining() && same && !resource.onlyEnding(state.now())) {
                return Change.none(id() + " is draining already" + end);
            }
            Object drain = until.<Object>map(at -> new JsonObject().put(EntryFields.UNTIL, at.toEpochMilli()))
                    .orElse(true);
            return Change.to(id() + (backend.draining() ? " goes on draining" : " drains")
                    + (until.isEmpty() ? " until it is resumed" : end)
                    + tunnelsUntil.map(at -> ", tunnels until " + at).orElse(""),
                    resource.draining(stamp, drain, tunnelsUntil));
        }

        private static Instant after(Duration span, RegistryState state) {
            return Instant.ofEpochMilli(state.now().plus(span).toEpochMilli());
        }
    }

    /** Ends a drain; also brings back a backend that config declares and the operator removed. */
    record Resume(String service, BackendUrl url) implements BackendCommand {

        @Override
        public Change on(RegistryState state, Stamp stamp) throws CommandRefused {
            state.service(service);
            LayeredResource resource = state.backendResource(service, url);
            if (resource.removed()) {
                return Change.to(id() + " is back", resource.addition(resource.drainsBelow()
                        ? Map.of(EntryFields.DRAINING, false) : Map.of(), stamp));
            }
            Backend backend = state.backend(service, url);
            if (!backend.draining()) {
                return Change.none(id() + " is not draining");
            }
            return Change.to(id() + " takes requests again", resource.drainsBelow()
                    ? resource.setting(stamp, Map.of(EntryFields.DRAINING, false))
                    : resource.unsetting(stamp, resource.tunnelsEnd().isPresent()
                            ? List.of(EntryFields.DRAINING, EntryFields.TUNNELS_UNTIL)
                            : List.of(EntryFields.DRAINING)));
        }
    }

    /** Sets a backend's share of requests. */
    record Weight(String service, BackendUrl url, int weight) implements BackendCommand {

        public Weight {
            requireWeight(weight);
        }

        @Override
        public Change on(RegistryState state, Stamp stamp) throws CommandRefused {
            Backend backend = state.backend(service, url);
            if (backend.weight() == weight) {
                return Change.none(id() + " has weight " + weight + " already");
            }
            return Change.to(id() + " changes its weight from " + backend.weight() + " to " + weight,
                    state.backendResource(service, url).setting(stamp, Map.of(EntryFields.WEIGHT, weight)));
        }
    }

    static void requireWeight(int weight) {
        if (weight < 1 || weight > Backend.MAX_WEIGHT) {
            throw new IllegalArgumentException("weight: " + weight + " (expected: 1.." + Backend.MAX_WEIGHT
                    + ")");
        }
    }
}
