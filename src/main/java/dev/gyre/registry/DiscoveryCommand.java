package dev.gyre.registry;

import dev.gyre.config.Durations;
import dev.gyre.model.BackendId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The commands about a backend's announcement. They write only its own layer: config's and the operator's
 * fields of the backend stay.
 */
public sealed interface DiscoveryCommand extends Command {

    /** Why a backend ends, for listings and history. */
    String LEFT = "it has left";
    String EXPIRED = "lease expired";

    BackendId id();

    /**
     * A backend says that it is there, for the first time, with something changed, or after it had begun to
     * end.
     *
     * @param weight 1..1000; empty: unchanged, and for a new backend what config or the operator say, else 1
     * @param ttl    from {@link AnnouncedBackend#SHORTEST_TTL} to {@link AnnouncedBackend#LONGEST_TTL}
     */
    record Announce(BackendId id, Optional<Integer> weight, Duration ttl) implements DiscoveryCommand {

        public Announce {
            weight.ifPresent(BackendCommand::requireWeight);
            if (ttl.compareTo(AnnouncedBackend.SHORTEST_TTL) < 0
                    || ttl.compareTo(AnnouncedBackend.LONGEST_TTL) > 0) {
                throw new IllegalArgumentException("ttl: " + Durations.text(ttl) + " (expected: "
                        + Durations.text(AnnouncedBackend.SHORTEST_TTL) + ".."
                        + Durations.text(AnnouncedBackend.LONGEST_TTL) + ")");
            }
        }

        /** It only renews the announcement. */
        public boolean renews(AnnouncedBackend known) {
            return known.ending().isEmpty() && known.ttl().equals(ttl)
                    && (weight.isEmpty() || weight.equals(known.weight()));
        }

        @Override
        public Change on(RegistryState state, Stamp stamp) throws CommandRefused {
            state.service(id.service());
            Optional<AnnouncedBackend> known = AnnouncedBackend.of(state.entries(), id);
            LayeredResource resource = state.backendResource(id.service(), id.url());
            String removed = resource.overruled() && !resource.present()
                    ? ", but the operator has removed it: backend.resume brings it back" : "";
            if (known.filter(this::renews).isPresent()) {
                return Change.none(id + " is announced already, lease " + Durations.text(ttl)
                        + removed);
            }
            Optional<Integer> wanted = weight.or(() -> known.flatMap(AnnouncedBackend::weight));
            String again = known.flatMap(AnnouncedBackend::ending).isPresent() ? " again" : "";
            return Change.to(id + " announced" + again + ", lease " + Durations.text(ttl)
                            + wanted.map(given -> ", weight " + given).orElse("") + removed,
                    entry(wanted, stamp));
        }

        private Entry entry(Optional<Integer> wanted, Stamp stamp) {
            List<Register> registers = new ArrayList<>(List.of(
                    Register.set(EntryFields.PRESENT, stamp, true),
                    Register.set(EntryFields.TTL, stamp, ttl.toMillis()),
                    Register.unset(EntryFields.ENDING, stamp)));
            wanted.ifPresent(given -> registers.add(Register.set(EntryFields.WEIGHT, stamp, given)));
            return Entry.of(AnnouncedBackend.key(id), registers);
        }
    }

    /** A backend leaves: it gets no new request, and is forgotten once it is drained. */
    record Leave(BackendId id) implements DiscoveryCommand {

        @Override
        public Change on(RegistryState state, Stamp stamp) throws CommandRefused {
            state.exactService(id.service());
            Optional<AnnouncedBackend> known = AnnouncedBackend.of(state.entries(), id);
            if (known.isEmpty()) {
                return Change.none(id + " is not announced, nothing to leave");
            }
            if (known.get().ending().isPresent()) {
                return Change.none(id + " drains already: " + known.get().ending().get());
            }
            return Change.to(id + " drains: " + LEFT,
                    Entry.of(AnnouncedBackend.key(id), Register.set(EntryFields.ENDING, stamp, LEFT)));
        }
    }

    /**
     * An announcement was not renewed in time.
     *
     * @param judged the stamp of the announcement that ran out; does nothing when another has come since, be
     *               it at a node this one has not heard of yet
     */
    record Expire(BackendId id, Stamp judged) implements DiscoveryCommand {

        @Override
        public boolean automatic() {
            return true;
        }

        @Override
        public Change on(RegistryState state, Stamp stamp) {
            return AnnouncedBackend.of(state.entries(), id)
                    .filter(known -> known.ending().isEmpty() && known.stamp().equals(judged))
                    .map(known -> Change.to(id + " drains: " + EXPIRED, Entry.of(AnnouncedBackend.key(id),
                            Register.set(EntryFields.ENDING, judged.followUp(), EXPIRED))))
                    .orElseGet(() -> Change.none(id + " has announced itself again"));
        }
    }

    /** A backend that ends is drained: it is removed, unless another layer wants it. */
    record Forget(BackendId id) implements DiscoveryCommand {

        @Override
        public boolean automatic() {
            return true;
        }

        @Override
        public Change on(RegistryState state, Stamp stamp) {
            Optional<AnnouncedBackend> known = AnnouncedBackend.of(state.entries(), id)
                    .filter(AnnouncedBackend::spare);
            if (known.isEmpty()) {
                return Change.none(id + " stays");
            }
            Stamp after = known.get().stamp().followUp();
            return Change.to(id + " removed: " + known.get().ending().orElseThrow(),
                    Entry.of(AnnouncedBackend.key(id),
                            state.entries().entry(AnnouncedBackend.key(id)).orElseThrow()
                            .registers().stream().filter(Register::isSet)
                            .map(register -> Register.unset(register.name(), after)).toList()));
        }
    }
}
