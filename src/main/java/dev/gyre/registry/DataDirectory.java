package dev.gyre.registry;

import dev.gyre.files.GuardedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node's directory: locked against other nodes, readable by its owner only, with regular files only. If
 * it is not writable it can still be read; the lock is then taken before the first write that succeeds. The
 * directory itself may be a link, which is followed once, at the start; its files may not.
 */
final class DataDirectory implements Disk, AutoCloseable {

    static final String NODE_ID = "node-id";
    static final String DECLARED = "declared";
    private static final Logger LOG = LoggerFactory.getLogger("gyre.registry");

    /** As the operator named it. */
    private final Path path;
    /** The directory it led to at the start. */
    private Path place;
    private Optional<DirectoryLock> lock = Optional.empty();

    private DataDirectory(Path path) {
        this.path = path;
        this.place = path;
    }

    /**
     * Creates the directory if it is missing, and locks it if it is writable. The lock comes first: a node
     * that works here removes files at any time, also between listing and opening them.
     */
    static DataDirectory open(Path path) throws DataUnusable {
        DataDirectory directory = new DataDirectory(path);
        try {
            create(path);
            directory.place = path.toRealPath();
            directory.claimIfWritable();
            directory.requireOwnFiles();
            directory.closeToOthers();
            return directory;
        } catch (DirectoryLock.InUse e) {
            throw new DataUnusable(e.getMessage());
        } catch (IOException e) {
            directory.close();
            throw directory.unusable(e);
        }
    }

    /** If nothing can be written the node starts with what it can read; each write says why it fails. */
    private void claimIfWritable() throws IOException {
        try {
            claim();
        } catch (DirectoryLock.InUse | GuardedFile.Irregular e) {
            throw e;
        } catch (IOException e) {
            LOG.debug("lock not taken path={} reason=\"{}\"", path, e.getMessage());
        }
    }

    /** A link to elsewhere, or a pipe that would never end, must not pass for a file of Gyre's own. */
    private void requireOwnFiles() throws IOException {
        for (String name : names()) {
            if (isOwn(name)) {
                GuardedFile.requireOwn(place.resolve(name));
            }
        }
    }

    private static boolean isOwn(String name) {
        // With files set aside or half written.
        return Stream.of(DirectoryLock.NAME, NODE_ID, DECLARED, "topology")
                .anyMatch(own -> name.equals(own) || name.startsWith(own + "."));
    }

    /**
     * Closes files that an older version or another program has left open to others. The directory itself
     * stays open if it holds other files as well, as /tmp does.
     */
    private void closeToOthers() throws IOException {
        List<String> names = names();
        for (String name : names) {
            if (isOwn(name)) {
                closeToOthers(place.resolve(name));
            }
        }
        if (names.stream().allMatch(DataDirectory::isOwn)) {
            closeToOthers(place);
        } else if (GuardedFile.openToOthers(place).isPresent()) {
            LOG.warn("data directory open to others path={} permissions={} (expected: rwx------, and no files"
                    + " but Gyre's): its permissions stay", path,
                    GuardedFile.openToOthers(place).get());
        }
    }

    private static void closeToOthers(Path file) throws IOException {
        Optional<String> open = GuardedFile.openToOthers(file);
        if (open.isEmpty()) {
            return;
        }
        try {
            GuardedFile.closeToOthers(file);
            LOG.info("permissions closed path={} were={}", file, open.get());
        } catch (IOException e) {
            LOG.warn("permissions not closed path={} permissions={} reason=\"{}\" (expected: owned by the"
                    + " node's user; run chmod go= on it)", file, open.get(), e.getMessage());
        }
    }

    /** A new directory is an entry of its parent, and survives only once that is written. */
    private static void create(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            return;
        }
        Path existing = path.toAbsolutePath().normalize();
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        GuardedFile.createDirectory(path);
        for (Path made = path.toAbsolutePath().normalize(); !made.equals(existing); made = made.getParent()) {
            GuardedFile.sync(made.getParent());
        }
    }

    @Override
    public synchronized void claim() throws IOException {
        if (lock.isPresent()
                && lock.get().file().equals(DirectoryLock.fileKey(place.resolve(DirectoryLock.NAME)))) {
            return;
        }
        DirectoryLock taken = DirectoryLock.take(path, GuardedFile.openOwn(place.resolve(DirectoryLock.NAME),
                StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
        close();
        lock = Optional.of(taken);
    }

    @Override
    public String path(String name) {
        return path.resolve(name).toString();
    }

    @Override
    public List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(place)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Override
    public byte[] read(String name) throws IOException {
        return GuardedFile.readOwn(place.resolve(name));
    }

    @Override
    public Output create(String name) throws IOException {
        Files.deleteIfExists(place.resolve(name));
        return new File(GuardedFile.openOwn(place.resolve(name), StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE),
                DirectoryLock.fileKey(place.resolve(name)));
    }

    @Override
    public Output open(String name) throws IOException {
        return new File(GuardedFile.openOwn(place.resolve(name), StandardOpenOption.WRITE),
                DirectoryLock.fileKey(place.resolve(name)));
    }

    private final class File implements Output {

        private final FileChannel channel;
        private final Optional<Object> key;

        File(FileChannel channel, Optional<Object> key) {
            this.channel = channel;
            this.key = key;
        }

        @Override
        public void write(byte[] bytes, long at) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer, at + buffer.position());
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            channel.truncate(size);
        }

        @Override
        public void force() throws IOException {
            // The length is written as well: without it the bytes could not be read.
            channel.force(false);
        }

        @Override
        public boolean has(String name) {
            return key.equals(DirectoryLock.fileKey(place.resolve(name)));
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /**
     * Replaces a file so that a crash at any moment leaves the old or the new content, and the new one is on
     * the disk when this returns. If only the last step fails, the new content is there but may not survive a
     * crash; the caller treats that as a failure, and the next replacement repairs it.
     */
    void replace(String name, byte[] content) throws IOException {
        claim();
        try (Output file = create(name + ".tmp")) {
            file.write(content, 0);
            file.force();
        }
        rename(name + ".tmp", name);
        sync();
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Files.move(place.resolve(from), place.resolve(to), StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void link(String name, String second) throws IOException {
        try {
            Files.createLink(place.resolve(second), place.resolve(name));
        } catch (UnsupportedOperationException e) {
            try (Output copy = create(second)) {
                copy.write(read(name), 0);
            }
        }
    }

    @Override
    public void delete(String name) throws IOException {
        Files.deleteIfExists(place.resolve(name));
    }

    /** A rename changes the directory, and survives only once that is written. */
    @Override
    public void sync() throws IOException {
        GuardedFile.sync(place);
    }

    DataUnusable unusable(IOException cause) {
        return new DataUnusable(cause instanceof GuardedFile.Irregular ? "data " + cause.getMessage()
                : "data " + path + ": " + reason(cause));
    }

    /** Java's exceptions often name only the file. */
    @Override
    public String reason(IOException cause) {
        return inWords(cause);
    }

    static String inWords(IOException cause) {
        String file = cause instanceof FileSystemException named ? named.getFile() : "";
        if (cause instanceof AccessDeniedException) {
            return "not writable (permission denied: " + file + ")";
        }
        if (cause instanceof NoSuchFileException) {
            return "not writable (no such directory: " + file + ")";
        }
        if (cause instanceof FileAlreadyExistsException || cause instanceof NotDirectoryException) {
            return "not a directory: " + file;
        }
        return cause instanceof DirectoryLock.InUse || cause instanceof GuardedFile.Irregular
                ? cause.getMessage()
                : "not writable (" + cause.getMessage() + ")";
    }

    @Override
    public synchronized void close() {
        lock.ifPresent(DirectoryLock::release);
        lock = Optional.empty();
    }
}
