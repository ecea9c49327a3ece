package dev.gyre.registry;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** One node's directory: locked against other nodes, its files replaced whole or not at all. */
final class DataDirectory implements AutoCloseable {

    private static final String LOCK = "lock";

    private final Path path;
    private final FileChannel channel;

    private DataDirectory(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /** Creates the directory where it is missing, and locks it. */
    static DataDirectory open(Path path) throws DataUnusable {
        try {
            create(path);
            FileChannel channel = FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE,
                    StandardOpenOption.READ, StandardOpenOption.WRITE);
            lock(path, channel);
            return new DataDirectory(path, channel);
        } catch (IOException e) {
            throw unusable(path, e);
        }
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
        Files.createDirectories(path);
        for (Path made = path.toAbsolutePath().normalize(); !made.equals(existing); made = made.getParent()) {
            sync(made.getParent());
        }
    }

    /** The kernel gives the lock back however the process ends, kill -9 included. */
    private static void lock(Path path, FileChannel channel) throws IOException, DataUnusable {
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // The channel stays open: closing any channel on the file gives up the lock of the whole process.
            throw new DataUnusable("data " + path + ": in use by another node of this same process");
        }
        if (lock == null) {
            String holder = holder(channel);
            channel.close();
            throw new DataUnusable("data " + path + ": in use by another node" + holder
                    + " (stop that one, or give this one its own \"data\")");
        }
        channel.truncate(0);
        channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n")
                .getBytes(StandardCharsets.US_ASCII)), 0);
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(20);
        channel.read(buffer, 0);
        String pid = new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII).strip();
        return pid.matches("\\d+") ? ", process " + pid : "";
    }

    Path resolve(String name) {
        return path.resolve(name);
    }

    /**
     * Replaces a file so that a crash at any moment leaves the old or the new content, and the new one is on
     * the disk when this returns. Should the last step alone fail, the new content stands but is not yet
     * proven to last; the caller takes that as a failure and the next replacement mends it.
     */
    void replace(String name, byte[] content) throws IOException {
        Path temporary = path.resolve(name + ".tmp");
        try (FileChannel file = FileChannel.open(temporary, StandardOpenOption.CREATE,
                StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                file.write(buffer);
            }
            file.force(true);
        }
        Files.move(temporary, path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        sync(path);
    }

    /** Gives a file another name that is not taken yet. */
    Path setAside(String name, String suffix) throws IOException {
        Path target = path.resolve(name + suffix);
        for (int i = 2; Files.exists(target); i++) {
            target = path.resolve(name + suffix + "-" + i);
        }
        Files.move(path.resolve(name), target);
        sync(path);
        return target;
    }

    /** A rename is a change of the directory, and lasts only when that is written. */
    private static void sync(Path path) throws IOException {
        try (FileChannel directory = FileChannel.open(path, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    DataUnusable unusable(IOException cause) {
        return unusable(path, cause);
    }

    private static DataUnusable unusable(Path path, IOException cause) {
        return new DataUnusable("data " + path + ": " + reason(cause));
    }

    /** In words, for Java's exceptions often name nothing but the file. */
    static String reason(IOException cause) {
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
        return "not writable (" + cause.getMessage() + ")";
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // The lock ends with the process at the latest, and nothing more can be done about it here.
            return;
        }
    }
}
