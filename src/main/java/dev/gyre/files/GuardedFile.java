package dev.gyre.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Opens all files that Gyre opens. Each must be a regular file: opening a pipe waits for its other end, and a
 * device may never end. Blocks; never call it on an event loop.
 */
public final class GuardedFile {

    /** Bytes of a secret or another short text. */
    public static final int SHORT = 1 << 20;
    /** Bytes of a config, thousands of times what a large one has. */
    public static final int CONFIG = 64 << 20;

    private static final Set<PosixFilePermission> OWNERS_FILE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OWNERS_DIRECTORY =
            PosixFilePermissions.fromString("rwx------");
    private static final LinkOption[] FOLLOW = {};
    private static final LinkOption[] NO_FOLLOW = {LinkOption.NOFOLLOW_LINKS};

    private GuardedFile() {
    }

    /** The path is not a regular file; the message is for the operator. */
    public static final class Irregular extends IOException {

        private Irregular(String message) {
            super(message);
        }
    }

    /**
     * Reads a file that an operator named. Links are followed: orchestrators hand secrets out as links.
     *
     * @param most bytes that it may have
     */
    public static String text(Path file, int most) throws IOException {
        requireRegular(file, FOLLOW);
        try (InputStream in = Files.newInputStream(file)) {
            byte[] read = in.readNBytes(most + 1);
            if (read.length > most) {
                throw new Irregular(file + " has more than " + most + " bytes (expected: a shorter file)");
            }
            return new String(read, StandardCharsets.UTF_8);
        }
    }

    /**
     * Reads a file that stands in an operator's directory under a name from outside, through no link.
     *
     * @param most bytes that it may have
     */
    public static byte[] inside(Path directory, String name, int most) throws IOException {
        Path file = directory.resolve(name);
        requireRegular(file, NO_FOLLOW);
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] read = in.readNBytes(most + 1);
            if (read.length > most) {
                throw new Irregular(file + " has more than " + most + " bytes (expected: a shorter file)");
            }
            return read;
        }
    }

    /** Why the operator's path is not a readable file; empty where it is one, or nothing is there. */
    public static Optional<String> irregularity(Path file) {
        try {
            requireRegular(file, FOLLOW);
            return Optional.empty();
        } catch (Irregular e) {
            return Optional.of(e.getMessage());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Reads a file of Gyre's own. */
    public static byte[] readOwn(Path file) throws IOException {
        try (FileChannel channel = openOwn(file, StandardOpenOption.READ);
            InputStream in = Channels.newInputStream(channel)) {
            return in.readAllBytes();
        }
    }

    /**
     * Opens a file of Gyre's own, through no link; one that is made by it is for its owner alone, whatever
     * the umask.
     */
    public static FileChannel openOwn(Path file, OpenOption... options) throws IOException {
        boolean there = Files.exists(file, NO_FOLLOW);
        if (there) {
            requireOwn(file);
        }
        Set<OpenOption> all = new HashSet<>(List.of(options));
        all.add(LinkOption.NOFOLLOW_LINKS);
        FileChannel channel = FileChannel.open(file, all, attributes(file, OWNERS_FILE));
        if (!there) {
            closeToOthers(file, OWNERS_FILE);
        }
        return channel;
    }

    /** @throws Irregular where a link, a pipe or anything else has the name of Gyre's own file */
    public static void requireOwn(Path file) throws IOException {
        requireRegular(file, NO_FOLLOW);
    }

    private static void requireRegular(Path file, LinkOption... links) throws IOException {
        BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class, links);
        if (!found.isRegularFile()) {
            throw new Irregular(file + " is a " + kind(file, found, links)
                    + " (expected: a regular file): move it away");
        }
    }

    private static String kind(Path file, BasicFileAttributes found, LinkOption... links) {
        if (found.isSymbolicLink()) {
            return "symbolic link";
        }
        if (found.isDirectory()) {
            return "directory";
        }
        try {
            return switch ((int) Files.getAttribute(file, "unix:mode", links) & 0xF000) {
                case 0x1000 -> "pipe";
                case 0xC000 -> "socket";
                default -> "device";
            };
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return "pipe, socket or device";
        }
    }

    /** Creates a directory, and what is missing above it, for its owner alone, whatever the umask. */
    public static void createDirectory(Path directory) throws IOException {
        Files.createDirectories(directory, attributes(directory, OWNERS_DIRECTORY));
        closeToOthers(directory, OWNERS_DIRECTORY);
    }

    /** The permissions where others have any, e.g. {@code rwxr-xr-x}; empty where none or not known. */
    public static Optional<String> openToOthers(Path file) throws IOException {
        PosixFileAttributeView view =
                Files.getFileAttributeView(file, PosixFileAttributeView.class, NO_FOLLOW);
        if (view == null) {
            return Optional.empty();
        }
        Set<PosixFilePermission> found = view.readAttributes().permissions();
        return found.stream().allMatch(OWNERS_DIRECTORY::contains) ? Optional.empty()
                : Optional.of(PosixFilePermissions.toString(found));
    }

    /** Takes from others all that they may do with a file or a directory of Gyre's own. */
    public static void closeToOthers(Path file) throws IOException {
        closeToOthers(file, Files.isDirectory(file, NO_FOLLOW) ? OWNERS_DIRECTORY : OWNERS_FILE);
    }

    private static void closeToOthers(Path file, Set<PosixFilePermission> permissions) throws IOException {
        PosixFileAttributeView view =
                Files.getFileAttributeView(file, PosixFileAttributeView.class, NO_FOLLOW);
        if (view != null && !view.readAttributes().permissions().equals(permissions)) {
            view.setPermissions(permissions);
        }
    }

    private static FileAttribute<?>[] attributes(Path path, Set<PosixFilePermission> permissions) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
                : new FileAttribute<?>[0];
    }

    /** A change of a directory's names lasts only when it is written. */
    public static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
