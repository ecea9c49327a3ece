package dev.gyre.files;

import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The file of a Unix socket that this process listens on.
 *
 * <p>A server binds to {@link #bound}, a hidden name beside the path, and {@link #publish} then gives the
 * same socket its path. So nobody can connect before mode and owner are as they should be, a file that a
 * dead process left is replaced in one step, and a server that removes the file it was bound to when it
 * closes, as Netty's do, never removes one that another process has put there meanwhile.
 */
public final class SocketFile {

    /** The kernel's limit is 107; a hidden name must fit, too. */
    public static final int LONGEST_PATH = 80;
    private static final int TYPE = 0170000;
    private static final int SOCKET = 0140000;

    private final Path path;
    private final Optional<Set<PosixFilePermission>> mode;
    private final Optional<String> owner;
    private Path bound;
    /** Of the socket that was published: its device and inode. */
    private Object key;

    /**
     * @param path  absolute
     * @param mode  three octal digits; who may write to the file may connect
     * @param owner {@code user} or {@code user:group}
     */
    public SocketFile(Path path, Optional<String> mode, Optional<String> owner) {
        this.path = path;
        this.mode = mode.map(SocketFile::permissions);
        this.owner = owner;
    }

    private static Set<PosixFilePermission> permissions(String octal) {
        StringBuilder letters = new StringBuilder();
        for (char digit : octal.substring(octal.length() - 3).toCharArray()) {
            letters.append((digit & 4) == 0 ? '-' : 'r').append((digit & 2) == 0 ? '-' : 'w')
                    .append((digit & 1) == 0 ? '-' : 'x');
        }
        return PosixFilePermissions.fromString(letters.toString());
    }

    private Path hidden() throws IOException {
        Path free = Files.createTempFile(path.getParent(), ".gyre-", "");
        Files.delete(free);
        return free;
    }

    /** What the server is to bind to, once that was checked. */
    public Path bound() {
        return bound;
    }

    /**
     * Finds what stands in the way before anything is bound.
     *
     * @throws IOException with a sentence for the operator
     */
    public void check() throws IOException {
        Path directory = path.getParent();
        if (!Files.isDirectory(directory)) {
            throw new IOException("no directory " + directory + " (expected: one to create the socket in);"
                    + " create it");
        }
        if (!Files.isWritable(directory)) {
            throw new IOException("no permission to write to the directory " + directory
                    + "; change its owner or mode, or choose another path");
        }
        dead();
        bound = hidden();
    }

    /** There is a socket that nobody listens on. */
    private boolean dead() throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        int type = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & TYPE;
        if (type != SOCKET) {
            throw new IOException("a file that is no socket is there (expected: nothing, or a socket that"
                    + " nobody listens on); move it or choose another path");
        }
        if (isLive(path)) {
            throw new IOException("address already in use: another process listens there; stop it or choose"
                    + " another path");
        }
        return true;
    }

    /** Without a wait: a server whose queue is full is as live as any other. */
    private static boolean isLive(Path socket) throws IOException {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false);
            probe.connect(UnixDomainSocketAddress.of(socket));
            return true;
        } catch (SocketException e) {
            String reason = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
            if (reason.contains("refused") || reason.contains("no such file")) {
                return false;
            }
            if (reason.contains("temporarily unavailable")) {
                return true;
            }
            throw new IOException("a socket is there and does not tell whether a process listens on it ("
                    + e.getMessage() + "); remove it or choose another path", e);
        }
    }

    /**
     * Gives the socket that is bound its mode, its owner and its path.
     *
     * @throws IOException as above
     */
    public void publish() throws IOException {
        try {
            if (mode.isPresent()) {
                Files.setPosixFilePermissions(bound, mode.get());
            }
            if (owner.isPresent()) {
                give(owner.get());
            }
            link();
            key = key(path);
        } finally {
            Files.deleteIfExists(bound);
        }
    }

    private void give(String to) throws IOException {
        int colon = to.indexOf(':');
        String user = colon < 0 ? to : to.substring(0, colon);
        String group = colon < 0 ? "" : to.substring(colon + 1);
        PosixFileAttributeView file = Files.getFileAttributeView(bound, PosixFileAttributeView.class);
        UserPrincipalLookupService names = bound.getFileSystem().getUserPrincipalLookupService();
        try {
            if (!group.isEmpty()) {
                file.setGroup(names.lookupPrincipalByGroupName(group));
            }
            file.setOwner(names.lookupPrincipalByName(user));
        } catch (UserPrincipalNotFoundException e) {
            throw new IOException("owner \"" + to + "\": this machine knows no \"" + e.getName() + "\"", e);
        } catch (FileSystemException e) {
            throw new IOException("owner \"" + to + "\": no permission to give the socket away ("
                    + e.getReason() + "); start as root, or name this process's own user and one of"
                    + " its groups", e);
        }
    }

    /** A hard link replaces nothing: of two processes that start at the same time, one fails here. */
    private void link() throws IOException {
        while (true) {
            try {
                Files.createLink(path, bound);
                return;
            } catch (FileAlreadyExistsException e) {
                if (dead()) {
                    removeDead();
                }
            }
        }
    }

    /** Another process may have replaced the dead socket since it was looked at: its own is put back. */
    private void removeDead() throws IOException {
        Path aside = hidden();
        Files.move(path, aside, StandardCopyOption.ATOMIC_MOVE);
        try {
            if (isLive(aside)) {
                Files.createLink(path, aside);
            }
        } finally {
            Files.delete(aside);
        }
    }

    /**
     * From now on nobody can connect; who has connected is served. Leaves what another has put there. To be
     * called before the server closes, for until then its inode is nobody else's.
     */
    public void remove() throws IOException {
        if (key != null && key.equals(key(path))) {
            Files.deleteIfExists(path);
        }
    }

    /** Null when there is no such file. */
    private static Object key(Path file) throws IOException {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                ? Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey()
                : null;
    }
}
