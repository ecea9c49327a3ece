package dev.gyre.registry;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;

/** Where entries outlive the process. Used by one thread at a time, never an event loop. */
interface Store {

    long node();

    Entries load() throws DataUnusable;

    /**
     * Returns when the entries will survive a loss of power; whatever fails leaves the last saved ones
     * readable.
     */
    void save(Entries entries) throws IOException;

    /** Names the config that this node declared last; empty when it never did, or that was lost. */
    Optional<String> declared();

    void declared(String name) throws IOException;

    void close();

    static Store open(Optional<Path> data, InstantSource clock, SecureRandom random) throws DataUnusable {
        return data.isPresent() ? FileStore.open(data.get(), clock, random) : new InMemory(random.nextLong());
    }

    /** Forgets all with the process. */
    record InMemory(long node) implements Store {

        @Override
        public Entries load() {
            return Entries.empty();
        }

        @Override
        public void save(Entries entries) {
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
