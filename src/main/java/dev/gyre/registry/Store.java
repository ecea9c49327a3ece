package dev.gyre.registry;

import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Keeps entries beyond the life of the process. Used by one thread at a time, never an event loop. */
interface Store {

    long node();

    /** The latest text of each key, in any order; can be taken once. */
    Map<String, String> load();

    /**
     * Returns when all these lines will survive a loss of power; after a failure none of them counts.
     *
     * @param all the lines of all keys including these, for a snapshot if one is due; may be called later and
     *            on another thread
     */
    void append(Collection<JournalLine> lines, Supplier<? extends Iterable<JournalLine>> all)
            throws IOException;

    /** Frees the space of forgotten and overwritten lines; returns at once. */
    void compact(Supplier<? extends Iterable<JournalLine>> all);

    /** Why nothing can be stored, as far as known; empty if the disk works. */
    Optional<String> trouble();

    /** Names the config that this node declared last; empty if there was none, or it was lost. */
    Optional<String> declared();

    void declared(String name) throws IOException;

    void close();

    /** Keeps nothing beyond the process. */
    record InMemory(long node) implements Store {

        @Override
        public Map<String, String> load() {
            return Map.of();
        }

        @Override
        public void append(Collection<JournalLine> lines, Supplier<? extends Iterable<JournalLine>> all) {
        }

        @Override
        public void compact(Supplier<? extends Iterable<JournalLine>> all) {
        }

        @Override
        public Optional<String> trouble() {
            return Optional.empty();
        }

        @Override
        public Optional<String> declared() {
            return Optional.empty();
        }

        @Override
        public void declared(String name) {
        }

        @Override
        public void close() {
        }
    }
}
