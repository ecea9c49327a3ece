package dev.gyre.log;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * The loggers of this process with limits: one record of each {@link Kind} a minute, the first at once.
 * Omitted records are counted, and the count is logged a minute later or at the end. Gyre's own records limit
 * themselves; only those with an unexpected throwable are limited here. Thread-safe.
 */
public final class LogLimits implements ILoggerFactory {

    private static final long EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);
    /** Most new kinds a minute, against input that makes a logger write ever new ones. */
    private static final int MOST_KINDS = 30;
    /** Most kinds remembered, so that memory is bounded; beyond, new and known ones are not distinguished. */
    private static final int MOST_REMEMBERED = 2_000;

    private final ILoggerFactory written;
    private final LongSupplier nanos;
    private final Consumer<Runnable> eachSecond;
    /** By logger. */
    private final Map<String, Seen> seen = new HashMap<>();
    private boolean watched;
    private volatile boolean startGivenUp;

    /** The recent records of one logger. */
    private static final class Seen {

        private final Map<Kind, Window> windows = new HashMap<>();
        /** All kinds ever written, in coarser words, which clients cannot vary. */
        private final Set<String> gists = new HashSet<>();
        private Optional<Window> others = Optional.empty();

        boolean knows(String gist) {
            return gists.contains(gist) || gists.size() >= MOST_REMEMBERED;
        }
    }

    /** A minute that began with a written record. */
    private static final class Window {

        private final long until;
        private long leftOut;

        Window(long until) {
            this.until = until;
        }
    }

    /**
     * @param written the loggers that write
     * @param eachSecond runs its task from now on about once a second
     */
    public LogLimits(ILoggerFactory written, LongSupplier nanos, Consumer<Runnable> eachSecond) {
        this.written = written;
        this.nanos = nanos;
        this.eachSecond = eachSecond;
    }

    /** For {@code eachSecond}: on a thread of its own, that keeps no process alive. */
    public static void eachSecond(Runnable then) {
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "gyre-log");
            thread.setDaemon(true);
            return thread;
        });
        timer.scheduleWithFixedDelay(then, 1, 1, TimeUnit.SECONDS);
    }

    /**
     * From now on this is called for each record that carries an OutOfMemoryError of the heap, also of a
     * logger that is off, on the thread that logs and before the record is written. It must not throw, not
     * wait and should not allocate.
     */
    public static void onOutOfMemory(Consumer<Throwable> then) {
        OutOfMemory.listen(then);
    }

    @Override
    public Logger getLogger(String name) {
        return new LimitedLogger(written.getLogger(name), this);
    }

    /** Whether this record may be written; if not, it is counted. */
    synchronized boolean admits(Kind kind) {
        Seen of = seen.computeIfAbsent(kind.logger(), name -> new Seen());
        long now = nanos.getAsLong();
        Window window = of.windows.get(kind);
        if (window == null && of.windows.size() >= MOST_KINDS && of.knows(kind.gist())) {
            if (of.others.isEmpty()) {
                of.others = Optional.of(new Window(now + EVERY_NANOS));
            }
            window = of.others.get();
        }
        if (window != null) {
            window.leftOut++;
            return false;
        }
        of.gists.add(kind.gist());
        of.windows.put(kind, new Window(now + EVERY_NANOS));
        watch();
        return true;
    }

    private void watch() {
        if (!watched) {
            watched = true;
            eachSecond.accept(() -> writeOmitted(false));
        }
    }

    /**
     * The process ends before it was ready, because it was told to: from now on neither warnings nor errors
     * are written, for whatever fails now fails because of that.
     */
    public void startGivenUp() {
        startGivenUp = true;
    }

    /** Whether records of this level are written at all. */
    boolean writes(Level level) {
        return !startGivenUp || level.compareTo(Level.INFO) >= 0;
    }

    /** The process ends: logs the omitted records since the last such line now. */
    public void end() {
        writeOmitted(true);
    }

    private void writeOmitted(boolean all) {
        ended(all).forEach(Runnable::run);
    }

    private synchronized List<Runnable> ended(boolean all) {
        List<Runnable> lines = new ArrayList<>();
        long now = nanos.getAsLong();
        seen.forEach((name, of) -> {
            of.windows.entrySet().removeIf(entry -> {
                Window window = entry.getValue();
                boolean over = all || now - window.until >= 0;
                if (over && window.leftOut > 0) {
                    lines.add(() -> entry.getKey().writeOmitted(written.getLogger(name), window.leftOut));
                }
                return over;
            });
            of.others.filter(window -> all || now - window.until >= 0).ifPresent(window -> {
                lines.add(() -> written.getLogger(name).warn("left out {} more lines of other kinds: more"
                        + " than {} kinds a minute", window.leftOut, MOST_KINDS));
                of.others = Optional.empty();
            });
        });
        return lines;
    }
}
