package dev.gyre.registry;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * Keeps other nodes out of a directory. The kernel releases the lock whenever the process ends, also by kill
 * -9.
 *
 * @param file its identity when it was locked
 */
record DirectoryLock(FileChannel channel, Optional<Object> file) {

    static final String NAME = "lock";

    /** Another node has it. */
    static final class InUse extends IOException {

        InUse(String message) {
            super(message);
        }
    }

    static DirectoryLock take(Path directory, FileChannel channel) throws IOException {
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // The channel stays open: closing any channel on the file gives up the lock of the whole process.
            throw new InUse("data " + directory + ": in use by another node of this same process");
        }
        if (lock == null) {
            String holder = holder(channel);
            channel.close();
            throw new InUse("data " + directory + ": in use by another node" + holder
                    + " (stop that one, or give this one its own \"data\")");
        }
        sign(channel);
        return new DirectoryLock(channel, fileKey(directory.resolve(NAME)));
    }

    private static void sign(FileChannel channel) {
        try {
            channel.truncate(0);
            channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n")
                    .getBytes(StandardCharsets.US_ASCII)), 0);
        } catch (IOException e) {
            // On a full disk: the lock holds, only its holder's name is missing.
            return;
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(20);
        channel.read(buffer, 0);
        String pid = new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII).strip();
        return pid.matches("\\d+") ? ", process " + pid : "";
    }

    /**
     * Identifies a file, so that another one of the same name differs; empty if the system has no such key.
     */
    static Optional<Object> fileKey(Path file) {
        try {
            return Optional.ofNullable(Files.readAttributes(file, BasicFileAttributes.class,
                    LinkOption.NOFOLLOW_LINKS).fileKey());
        } catch (IOException e) {
            return Optional.of(e.getClass());
        }
    }

    void release() {
        try {
            channel.close();
        } catch (IOException e) {
            // The lock ends with the process at the latest; nothing more can be done here.
            return;
        }
    }
}
