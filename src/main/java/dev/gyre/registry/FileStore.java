package dev.gyre.registry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps lines in a {@link Journal} and the node's id in {@code node-id}, both readable by a person.
 */
final class FileStore implements Store {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.registry");

    private final DataDirectory directory;
    private final Journal journal;
    private final long node;
    /** The file has the node's id; used by the one thread that appends. */
    private boolean identified;
    private volatile Optional<String> trouble = Optional.empty();

    private FileStore(DataDirectory directory, Journal journal, long node, boolean identified) {
        this.directory = directory;
        this.journal = journal;
        this.node = node;
        this.identified = identified;
    }

    static FileStore open(Path path, InstantSource clock, SecureRandom random) throws DataUnusable {
        DataDirectory directory = DataDirectory.open(path);
        try {
            Optional<Long> kept = node(directory);
            Journal journal = Journal.open(directory, clock, FileStore::inBackground);
            FileStore store = new FileStore(directory, journal, kept.orElseGet(random::nextLong),
                    kept.isPresent());
            store.identifyIfPossible();
            return store;
        } catch (IOException e) {
            directory.close();
            throw directory.unusable(e);
        } catch (DataUnusable e) {
            directory.close();
            throw e;
        }
    }

    private static void inBackground(Runnable snapshot) {
        Thread thread = new Thread(snapshot, "gyre-snapshot");
        thread.setDaemon(true);
        thread.start();
    }

    private static Optional<Long> node(DataDirectory directory) throws IOException {
        if (!directory.names().contains(DataDirectory.NODE_ID)) {
            return Optional.empty();
        }
        String text = new String(directory.read(DataDirectory.NODE_ID), StandardCharsets.ISO_8859_1).strip();
        if (text.matches("[0-9a-f]{16}")) {
            return Optional.of(Long.parseUnsignedLong(text, 16));
        }
        LOG.warn("node id invalid file={}: a new one replaces it", directory.path(DataDirectory.NODE_ID));
        return Optional.empty();
    }

    private void identifyIfPossible() {
        try {
            identify();
        } catch (IOException e) {
            LOG.warn("node id not written file={} reason=\"{}\": the first change that can be kept writes it",
                    directory.path(DataDirectory.NODE_ID), directory.reason(e));
        }
    }

    private void identify() throws IOException {
        if (!identified) {
            try {
                directory.replace(DataDirectory.NODE_ID,
                        (String.format("%016x", node) + "\n").getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
                trouble = Optional.of(directory.reason(e));
                throw e;
            }
            identified = true;
            trouble = Optional.empty();
        }
    }

    @Override
    public long node() {
        return node;
    }

    @Override
    public Map<String, String> load() {
        return journal.load();
    }

    @Override
    public void append(Collection<JournalLine> lines, Supplier<? extends Iterable<JournalLine>> all)
            throws IOException {
        identify();
        journal.append(lines, all);
    }

    @Override
    public void compact(Supplier<? extends Iterable<JournalLine>> all) {
        journal.compact(all);
    }

    @Override
    public Optional<String> trouble() {
        return trouble.or(journal::trouble);
    }

    @Override
    public Optional<String> declared() {
        try {
            return Optional.of(new String(directory.read(DataDirectory.DECLARED), StandardCharsets.US_ASCII)
                    .strip());
        } catch (IOException e) {
            // Missing or unreadable: then the config counts as new, which loses nothing.
            return Optional.empty();
        }
    }

    @Override
    public void declared(String name) throws IOException {
        directory.replace(DataDirectory.DECLARED, (name + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void close() {
        journal.close();
        directory.close();
    }
}
