package dev.gyre.registry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the entries in {@code topology.json} and the node's id in {@code node-id}, both readable by a person.
 */
final class FileStore implements Store {

    static final String TOPOLOGY = "topology.json";
    static final String NODE_ID = "node-id";
    static final String DECLARED = "declared";

    private static final Logger LOG = LoggerFactory.getLogger("gyre.registry");
    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final DataDirectory directory;
    private final InstantSource clock;
    private final long node;
    /**
     * The lines of the file as it was written last, by their entries: a change is of one or a few of perhaps
     * thousands. Entries are told apart by identity, for they are immutable and stay the same from one
     * version to the next. Used by the one thread that saves.
     */
    private Map<Entry, String> lines = Map.of();

    private FileStore(DataDirectory directory, InstantSource clock, long node) {
        this.directory = directory;
        this.clock = clock;
        this.node = node;
    }

    static FileStore open(Path path, InstantSource clock, SecureRandom random) throws DataUnusable {
        DataDirectory directory = DataDirectory.open(path);
        try {
            return new FileStore(directory, clock, node(directory, random));
        } catch (IOException e) {
            directory.close();
            throw directory.unusable(e);
        }
    }

    private static long node(DataDirectory directory, SecureRandom random) throws IOException {
        Path file = directory.resolve(NODE_ID);
        if (Files.exists(file)) {
            String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).strip();
            if (text.matches("[0-9a-f]{16}")) {
                return Long.parseUnsignedLong(text, 16);
            }
            LOG.warn("{} is no node id, a new one takes its place", file);
        }
        long node = random.nextLong();
        directory.replace(NODE_ID, (String.format("%016x", node) + "\n").getBytes(StandardCharsets.US_ASCII));
        return node;
    }

    @Override
    public long node() {
        return node;
    }

    @Override
    public Entries load() throws DataUnusable {
        Path file = directory.resolve(TOPOLOGY);
        try {
            Files.deleteIfExists(directory.resolve(TOPOLOGY + ".tmp"));
            return Files.exists(file) ? TopologyText.decode(Files.readAllBytes(file)) : Entries.empty();
        } catch (TopologyText.Damaged e) {
            setAside(file, e.getMessage());
            return Entries.empty();
        } catch (TopologyText.NewerFormat e) {
            throw new DataUnusable(file + " has format " + e.format() + ", this version of Gyre reads up to "
                    + TopologyText.FORMAT + ": start the newer version again, or move the file away to begin"
                    + " from config alone");
        } catch (IOException e) {
            throw directory.unusable(e);
        }
    }

    private void setAside(Path file, String reason) throws DataUnusable {
        try {
            Path aside = directory.setAside(TOPOLOGY, ".damaged-" + TIMESTAMP.format(clock.instant()));
            LOG.error("{} is damaged ({}); set aside as {}, starting from config alone: changes made by "
                    + "command are lost unless they are given again", file, reason, aside.getFileName());
        } catch (IOException e) {
            throw directory.unusable(e);
        }
    }

    @Override
    public void save(Entries entries) throws IOException {
        Map<Entry, String> next = new IdentityHashMap<>();
        byte[] text = TopologyText.encode(entries, entry -> {
            String line = Optional.ofNullable(lines.get(entry)).orElseGet(() -> TopologyText.line(entry));
            next.put(entry, line);
            return line;
        });
        directory.replace(TOPOLOGY, text);
        lines = next;
    }

    @Override
    public Optional<String> declared() {
        try {
            Path file = directory.resolve(DECLARED);
            return Optional.of(Files.readString(file, StandardCharsets.US_ASCII).strip());
        } catch (IOException e) {
            // Not there, or not to be read: then the config counts as new, which loses nothing.
            return Optional.empty();
        }
    }

    @Override
    public void declared(String name) throws IOException {
        directory.replace(DECLARED, (name + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void close() {
        directory.close();
    }
}
