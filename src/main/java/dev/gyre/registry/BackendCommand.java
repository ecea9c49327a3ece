package dev.gyre.registry;

import dev.gyre.model.Backend;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/** The commands about one backend of a service. */
public sealed interface BackendCommand extends Command {

    String service();

    BackendUrl url();

    /** {@code service/url}, as messages name it. */
    default BackendId id() {
        return new BackendId(service(), url());
    }

    /**
     * How a backend is to be.
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

        private JsonObject over(JsonObject fields) {
            weight.ifPresent(given -> fields.put(Overlay.WEIGHT, given));
            zone.ifPresent(given -> fields.put(Overlay.ZONE, given));
            return fields;
        }
    }

    /** Takes a backend in, or brings back one that config declares and the operator removed. */
    record Add(String service, BackendUrl url, Wish wish) implements BackendCommand {

        /** Without a word on its zone. */
        public Add(String service, BackendUrl url, Optional<Integer> weight) {
            this(service, url, new Wish(weight, Optional.empty()));
        }

        @Override
        public Change on(State state, Stamp stamp, Instant now) throws CommandRefused {
            Optional<Backend> there = state.find(service, url);
            if (there.isPresent()) {
                Backend backend = there.get();
                String draining = backend.draining() ? ", draining: backend.resume gives it requests again"
                        : "";
                if (wish.meets(backend)) {
                    return Change.none(id() + " is there already, weight " + backend.weight() + draining);
                }
                if (wish.zone().isEmpty() || wish.zone().equals(backend.zone())) {
                    return new Weight(service, url, wish.weight().orElseThrow()).on(state, stamp, now);
                }
                return Change.to(id() + " is in zone " + wish.zone().get() + " now",
                        there(state, this).wanted(wish.over(fields(state, this)), stamp));
            }
            Thing thing = state.backendThing(service, url);
            boolean back = thing.removed();
            JsonObject fields = back ? new JsonObject() : new JsonObject().put(Overlay.WEIGHT, 1);
            return Change.to(id() + (back ? " is back" : " added"),
                    thing.entering(wish.over(fields), stamp));
        }
    }

    /** Takes a backend out; requests in flight finish. */
    record Remove(String service, BackendUrl url) implements BackendCommand {

        @Override
        public Change on(State state, Stamp stamp, Instant now) throws CommandRefused {
            if (state.find(service, url).isEmpty()) {
                return Change.none(id() + " is not there, nothing to remove " + state.hint(service, url));
            }
            return Change.to(id() + " removed", state.backendThing(service, url).unwanted(stamp));
        }
    }

    /**
     * Gives a backend no new request; those in flight finish.
     *
     * @param ttl after which the drain ends by itself; empty: it stays until resumed
     */
    record Drain(String service, BackendUrl url, Optional<Duration> ttl) implements BackendCommand {

        @Override
        public Change on(State state, Stamp stamp, Instant now) throws CommandRefused {
            Backend backend = state.backend(service, url);
            Thing thing = state.backendThing(service, url);
            JsonObject fields = thing.overruled();
            Long until = ttl.map(span -> now.plus(span).toEpochMilli()).orElse(null);
            String end = until == null ? "" : " until " + Instant.ofEpochMilli(until);
            boolean same = Objects.equals(fields.getLong(Overlay.UNTIL), until);
            if (backend.draining() && same && !thing.onlyEnding()) {
                return Change.none(id() + " is draining already" + end);
            }
            fields.put(Overlay.DRAINING, true).remove(Overlay.UNTIL);
            if (until != null) {
                fields.put(Overlay.UNTIL, until);
            }
            return Change.to(id() + (backend.draining() ? " goes on draining" : " drains")
                    + (until == null ? " until it is resumed" : end), thing.wanted(fields, stamp));
        }
    }

    /** Ends a drain; also brings back a backend that config declares and the operator removed. */
    record Resume(String service, BackendUrl url) implements BackendCommand {

        @Override
        public Change on(State state, Stamp stamp, Instant now) throws CommandRefused {
            state.service(service);
            Thing thing = state.backendThing(service, url);
            if (thing.removed()) {
                return Change.to(id() + " is back", thing.entering(new JsonObject(), stamp));
            }
            Backend backend = state.backend(service, url);
            return backend.draining() ? Change.to(id() + " takes requests again", thing.resumed(stamp))
                    : Change.none(id() + " is not draining");
        }
    }

    /** Sets a backend's share of requests. */
    record Weight(String service, BackendUrl url, int weight) implements BackendCommand {

        public Weight {
            requireWeight(weight);
        }

        @Override
        public Change on(State state, Stamp stamp, Instant now) throws CommandRefused {
            Backend backend = state.backend(service, url);
            if (backend.weight() == weight) {
                return Change.none(id() + " has weight " + weight + " already");
            }
            return Change.to(id() + " changes its weight from " + backend.weight() + " to " + weight,
                    there(state, this).wanted(fields(state, this).put(Overlay.WEIGHT, weight), stamp));
        }
    }

    private static Thing there(State state, BackendCommand command) {
        return state.backendThing(command.service(), command.url());
    }

    /** What the operator says of a backend so far, and since when it gets requests. */
    private static JsonObject fields(State state, BackendCommand command) {
        Thing thing = there(state, command);
        return Since.carried(state.entries(), thing.key(), thing.overruled());
    }

    static void requireWeight(int weight) {
        if (weight < 1 || weight > Backend.MAX_WEIGHT) {
            throw new IllegalArgumentException("weight: " + weight + " (expected: 1.." + Backend.MAX_WEIGHT
                    + ")");
        }
    }
}
