package dev.gyre.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Counts the connections to a port of this machine that neither side has closed, as Linux knows them: a
 * process that is to count them itself may hear of a new one before it hears of an end that came first.
 */
public final class Established implements AutoCloseable {

    private static final Duration STEP = Duration.ofMillis(5);
    private static final String STATE = " 01 ";

    private final String port;
    private final Thread thread = new Thread(this::look, "established");
    private volatile int most;
    private volatile boolean closed;

    private Established(int port) {
        this.port = String.format(Locale.ROOT, ":%04X ", port);
        thread.setDaemon(true);
        thread.start();
    }

    public static Established to(int port) {
        return new Established(port);
    }

    private void look() {
        try {
            int last = 0;
            while (!closed) {
                int now = count();
                // The kernel's list is no picture of one moment: what counts was there at two looks.
                most = Math.max(most, Math.min(last, now));
                last = now;
                Await.pass(STEP);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int count() {
        return count(Path.of("/proc/net/tcp")) + count(Path.of("/proc/net/tcp6"));
    }

    /** Lines begin with a number, the local and the remote address, and the state. */
    private int count(Path table) {
        try (Stream<String> lines = Files.lines(table)) {
            return (int) lines.filter(line -> {
                int local = line.indexOf(port);
                int state = line.indexOf(STATE);
                return local >= 0 && state >= 0 && line.indexOf(':', line.indexOf(':') + 1) == local;
            }).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The most there were at any time so far. */
    public int most() {
        return most;
    }

    @Override
    public void close() {
        closed = true;
    }
}
