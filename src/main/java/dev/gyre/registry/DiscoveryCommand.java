package dev.gyre.registry;

import dev.gyre.config.Durations;
import dev.gyre.model.BackendId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The commands about a backend's announcement. They touch its own layer only: whatever config or the operator
 * says of the backend stays said.
 */
public sealed interface DiscoveryCommand extends Command {

    /** Why a backend ends, as listings and history tell it. */
    String LEFT = "it has left";
    String EXPIRED = "lease expired";

    BackendId id();

    /**
     * A backend says that it is there, for the first time, with something changed, or after it had begun to
     * end.
     *
     * @param weight 1..1000; empty: unchanged, and for a new backend what config or the operator say, else 1
     * @param ttl    from {@link Announced#SHORTEST_TTL} to {@link Announced#LONGEST_TTL}
     */
    record Announce(BackendId id, Optional<Integer> weight, Duration ttl) implements DiscoveryCommand {

        public Announce {
            weight.ifPresent(BackendCommand::requireWeight);
            if (ttl.compareTo(Announced.SHORTEST_TTL) < 0 || ttl.compareTo(Announced.LONGEST_TTL) > 0) {
                throw new IllegalArgumentException("ttl: " + Durations.text(ttl) + " (expected: "
                        + Durations.text(Announced.SHORTEST_TTL) + ".."
                        + Durations.text(Announced.LONGEST_TTL) + ")");
            }
        }

        /** It says nothing but that the backend is still there. */
        public boolean renews(Announced known) {
            return known.ending().isEmpty() && known.ttl().equals(ttl)
                    && (weight.isEmpty() || weight.equals(known.weight()));
        }

        @Override
        public Change on(State state, Stamp stamp, Instant now) throws CommandRefused {
            state.service(id.service());
            Optional<Announced> known = Announced.of(state.entries(), id);
            Thing thing = state.backendThing(id.service(), id.url());
            String removed = thing.operator().isPresent() && !thing.present()
                    ? ", but the operator has removed it: backend.resume brings it back" : "";
            if (known.filter(this::renews).isPresent()) {
                return Change.none(id + " is announced already, lease " + Durations.text(ttl)
                        + removed);
            }
            Optional<Integer> wanted = weight.or(() -> known.flatMap(Announced::weight));
            String again = known.flatMap(Announced::ending).isPresent() ? " again" : "";
            return Change.to(id + " announced" + again + ", lease " + Durations.text(ttl)
                            + wanted.map(given -> ", weight " + given).orElse("") + removed,
                    new Announced(id, wanted, ttl, Optional.empty(), stamp, false).toEntry(stamp));
        }
    }

    /** A backend says that it goes: it gets no new request, and is forgotten once it is drained. */
    record Leave(BackendId id) implements DiscoveryCommand {

        @Override
        public Change on(State state, Stamp stamp, Instant now) throws CommandRefused {
            state.service(id.service());
            Optional<Announced> known = Announced.of(state.entries(), id);
            if (known.isEmpty()) {
                return Change.none(id + " is not announced, nothing to leave");
            }
            if (known.get().ending().isPresent()) {
                return Change.none(id + " drains already: " + known.get().ending().get());
            }
            return Change.to(id + " drains: " + LEFT, known.get().ending(LEFT).toEntry(stamp));
        }
    }

    /**
     * Nobody has renewed an announcement in time.
     *
     * @param judged the stamp of the entry that ran out; does nothing when another has been written since
     */
    record Expire(BackendId id, Stamp judged) implements DiscoveryCommand {

        @Override
        public Change on(State state, Stamp stamp, Instant now) {
            return Announced.of(state.entries(), id)
                    .filter(known -> known.ending().isEmpty() && known.stamp().equals(judged))
                    .map(known -> Change.to(id + " drains: " + EXPIRED,
                            known.ending(EXPIRED).toEntry(stamp)))
                    .orElseGet(() -> Change.none(id + " has announced itself anew"));
        }
    }

    /** A backend that ends is drained: unless somebody else wants it, it is gone. */
    record Forget(BackendId id) implements DiscoveryCommand {

        @Override
        public Change on(State state, Stamp stamp, Instant now) {
            Optional<Announced> known = Announced.of(state.entries(), id).filter(Announced::spare);
            return known.isEmpty() ? Change.none(id + " stays")
                    : Change.to(id + " removed: " + known.get().ending().orElseThrow(),
                            Entry.tombstone(Announced.key(id), stamp));
        }
    }
}
