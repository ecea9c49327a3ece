package dev.gyre.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Counts the connections to an origin that neither side has closed, as Linux knows them: a process that is to
 * count them itself may hear of a new one before it hears of an end that came first.
 */
public final class Established implements AutoCloseable {

    private static final Duration STEP = Duration.ofMillis(5);
    private static final String STATE = " 01 ";
    /** Letters of a port, and of an address of IPv4 with its port, as IPv6 writes it at its own end. */
    private static final int PORT = 4;
    private static final int PEER = 13;

    private final Origin origin;
    private final Thread thread = new Thread(this::look, "established");
    private volatile int most;
    private volatile boolean closed;

    private Established(Origin origin) {
        this.origin = origin;
        thread.setDaemon(true);
        thread.start();
    }

    /** Begins to count. */
    public static Established to(Origin origin) {
        return new Established(origin);
    }

    private void look() {
        try {
            while (!closed) {
                most = Math.max(most, count());
                Await.pass(STEP);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * How many are open. The kernel's list is no picture of one moment, so that only those are looked for
     * that had been accepted before: one that ends meanwhile may be missed, none is counted that had ended.
     */
    public int count() {
        Set<String> accepted = origin.open().stream().map(Established::ends).collect(Collectors.toSet());
        return count(Path.of("/proc/net/tcp"), accepted) + count(Path.of("/proc/net/tcp6"), accepted);
    }

    /** Both ends as the kernel writes them: the port of this side, the other's address and port. */
    private static String ends(Socket socket) {
        InetSocketAddress peer = (InetSocketAddress) socket.getRemoteSocketAddress();
        byte[] ip = peer.getAddress().getAddress();
        return String.format(Locale.ROOT, "%04X %02X%02X%02X%02X:%04X", socket.getLocalPort(), ip[3], ip[2],
                ip[1], ip[0], peer.getPort());
    }

    /**
     * Lines begin with a number, the local and the remote address, and the state. Each connection counts
     * once: the kernel lists some again when others come while it is read.
     */
    static int count(Path table, Set<String> accepted) {
        try (Stream<String> lines = Files.lines(table)) {
            return (int) lines.map(Established::establishedEnds).filter(accepted::contains).distinct()
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Both ends as above; nothing when the connection is in another state. */
    private static String establishedEnds(String line) {
        int state = line.indexOf(STATE);
        int local = line.indexOf(' ', line.indexOf(": ") + 2);
        return state < 0 ? "" : line.substring(local - PORT, local) + " "
                + line.substring(state - PEER, state);
    }

    /**
     * The most there were at a look so far; not counted are those that came or ended while it was taken,
     * which is for some milliseconds.
     */
    public int most() {
        return most;
    }

    @Override
    public void close() {
        closed = true;
    }
}
