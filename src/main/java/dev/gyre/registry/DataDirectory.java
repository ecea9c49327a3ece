package dev.gyre.registry;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One node's directory: locked against other nodes, for its owner's eyes alone, its files regular ones. Where
 * it cannot be written it can still be read; the lock is then taken before the first write that works.
 */
final class DataDirectory implements Disk, AutoCloseable {

    private final Path path;
    private Optional<DirectoryLock> lock = Optional.empty();

    private DataDirectory(Path path) {
        this.path = path;
    }

    /** Creates the directory where it is missing, and locks it where it can be written. */
    static DataDirectory open(Path path) throws DataUnusable {
        DataDirectory directory = new DataDirectory(path);
        try {
            create(path);
            // A link to elsewhere, or a pipe that would never end, must not pass for a file of ours.
            for (String name : directory.names()) {
                if (name.equals(DirectoryLock.NAME) || name.equals(FileStore.NODE_ID)
                        || name.equals(FileStore.DECLARED) || name.startsWith("topology.")) {
                    directory.checkRegular(name);
                }
            }
        } catch (IOException e) {
            throw directory.unusable(e);
        }
        try {
            directory.claim();
        } catch (DirectoryLock.InUse e) {
            throw new DataUnusable(e.getMessage());
        } catch (IOException e) {
            // The node starts with what it can read; each write says why it fails.
            return directory;
        }
        return directory;
    }

    /** A directory just made is itself an entry of its parent, and lasts only when that is written. */
    private static void create(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            return;
        }
        Path existing = path.toAbsolutePath().normalize();
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        Files.createDirectories(path, ownersOnly(path, "rwx------"));
        for (Path made = path.toAbsolutePath().normalize(); !made.equals(existing); made = made.getParent()) {
            sync(made.getParent());
        }
    }

    private static FileAttribute<?>[] ownersOnly(Path path, String permissions) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))}
                : new FileAttribute<?>[0];
    }

    private void checkRegular(String name) throws IOException {
        BasicFileAttributes found = Files.readAttributes(path.resolve(name), BasicFileAttributes.class,
                LinkOption.NOFOLLOW_LINKS);
        if (!found.isRegularFile()) {
            throw new Irregular(path.resolve(name) + " is a " + (found.isSymbolicLink() ? "symbolic link"
                    : found.isDirectory() ? "directory" : "pipe, socket or device")
                    + " (expected: a regular file): move it away");
        }
    }

    /** Something else than a file has the name of one. */
    private static final class Irregular extends IOException {

        Irregular(String message) {
            super(message);
        }
    }

    private FileChannel channel(String name, OpenOption... options) throws IOException {
        if (Files.exists(path.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
            checkRegular(name);
        }
        Set<OpenOption> all = Stream.concat(Stream.of(options), Stream.of(LinkOption.NOFOLLOW_LINKS))
                .collect(Collectors.toSet());
        return FileChannel.open(path.resolve(name), all, ownersOnly(path, "rw-------"));
    }

    @Override
    public synchronized void claim() throws IOException {
        if (lock.isPresent() && lock.get().file().equals(fileKey(path.resolve(DirectoryLock.NAME)))) {
            return;
        }
        DirectoryLock taken = DirectoryLock.take(path, channel(DirectoryLock.NAME, StandardOpenOption.CREATE,
                StandardOpenOption.READ, StandardOpenOption.WRITE));
        close();
        lock = Optional.of(taken);
    }

    /** What tells a file from another that takes its name; empty also where the system has no such thing. */
    static Optional<Object> fileKey(Path file) {
        try {
            return Optional.ofNullable(Files.readAttributes(file, BasicFileAttributes.class,
                    LinkOption.NOFOLLOW_LINKS).fileKey());
        } catch (IOException e) {
            return Optional.of(e.getClass());
        }
    }

    @Override
    public String path(String name) {
        return path.resolve(name).toString();
    }

    @Override
    public List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Override
    public byte[] read(String name) throws IOException {
        checkRegular(name);
        return Files.readAllBytes(path.resolve(name));
    }

    @Override
    public Output create(String name) throws IOException {
        Files.deleteIfExists(path.resolve(name));
        return new File(channel(name, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                fileKey(path.resolve(name)));
    }

    @Override
    public Output open(String name) throws IOException {
        return new File(channel(name, StandardOpenOption.WRITE), fileKey(path.resolve(name)));
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
            return key.equals(fileKey(path.resolve(name)));
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /**
     * Replaces a file so that a crash at any moment leaves the old or the new content, and the new one is on
     * the disk when this returns. Should the last step alone fail, the new content stands but is not yet
     * proven to last; the caller takes that as a failure and the next replacement mends it.
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
        Files.move(path.resolve(from), path.resolve(to), StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void link(String name, String second) throws IOException {
        try {
            Files.createLink(path.resolve(second), path.resolve(name));
        } catch (UnsupportedOperationException e) {
            Files.copy(path.resolve(name), path.resolve(second));
        }
    }

    @Override
    public void delete(String name) throws IOException {
        Files.deleteIfExists(path.resolve(name));
    }

    /** A rename is a change of the directory, and lasts only when that is written. */
    @Override
    public void sync() throws IOException {
        sync(path);
    }

    private static void sync(Path path) throws IOException {
        try (FileChannel directory = FileChannel.open(path, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    DataUnusable unusable(IOException cause) {
        return new DataUnusable(cause instanceof Irregular ? "data " + cause.getMessage()
                : "data " + path + ": " + reason(cause));
    }

    /** For Java's exceptions often name nothing but the file. */
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
        return cause instanceof DirectoryLock.InUse || cause instanceof Irregular ? cause.getMessage()
                : "not writable (" + cause.getMessage() + ")";
    }

    @Override
    public synchronized void close() {
        lock.ifPresent(DirectoryLock::release);
        lock = Optional.empty();
    }
}
