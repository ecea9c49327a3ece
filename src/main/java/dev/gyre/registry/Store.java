package dev.gyre.registry;

import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Where entries outlive the process. Used by one thread at a time, never an event loop. */
interface Store {

    long node();

    /** The latest text of each key, in no order that means anything; to be asked for once. */
    Map<String, String> load();

    /**
     * Returns when all these lines will survive a loss of power; when it fails, none of them counts.
     *
     * @param all the lines of all keys as they are with these: taken, perhaps later and on another thread,
     *            where it is time for a snapshot
     */
    void append(Collection<JournalLine> lines, Supplier<? extends Iterable<JournalLine>> all)
            throws IOException;

    /** Gives back the room of what was forgotten or overwritten; returns at once. */
    void compact(Supplier<? extends Iterable<JournalLine>> all);

    /** Why nothing can be kept, as far as is known; empty when all is well. */
    Optional<String> trouble();

    /** Names the config that this node declared last; empty when it never did, or that was lost. */
    Optional<String> declared();

    void declared(String name) throws IOException;

    void close();

    /** Forgets all with the process. */
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
