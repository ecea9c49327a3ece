package dev.gyre;

import dev.gyre.cli.ExitCode;
import dev.gyre.loop.HeapRoom;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Ends the process, with {@link ExitCode#FAILED}, when it can no longer serve: when one of its event loops
 * has ended, or when its heap is exhausted. A restarted node is better than one that serves some of its
 * connections only, or that does nothing but collect garbage.
 *
 * <p>The JVM's own flag for this, {@code ExitOnOutOfMemoryError}, must be given at its start, and does not
 * watch event loops. All objects that the end needs are made beforehand: later there may be no memory.
 */
final class Watchdog extends Thread {

    private static final long EVERY_MILLIS = 500;
    /** Bytes; any request needs less, and a heap without them has nothing left to collect. */
    private static final int PROBE = 256 * 1024;
    /** So much of the last seconds went into collections... */
    private static final double COLLECTING = 0.95;
    private static final int LOOKS = (int) (TimeUnit.SECONDS.toMillis(4) / EVERY_MILLIS);

    private static final byte[] LOOP_ENDED =
            line("an event loop has ended, and all its connections with it");
    private static final byte[] HEAP_EXHAUSTED = line("the heap is exhausted");
    private static final byte[] ONLY_COLLECTS =
            line("the heap is exhausted, and the JVM does nothing but collect");

    private static final int EXIT_CODE = ExitCode.FAILED.code();
    private static final FileOutputStream STANDARD_ERROR = new FileOutputStream(FileDescriptor.err);
    /** Given up for the end, which takes some memory itself. */
    private static byte[] reserve = new byte[4 * PROBE];

    private final List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();
    private final HeapRoom heap = HeapRoom.ofThisProcess();
    private final BooleanSupplier loopEnded;
    private final long[] collecting = new long[LOOKS];
    private volatile boolean stopping;
    private int looks;
    private byte[] probe;

    /** @param loopEnded one of the event loops that serve ends or has ended; asked twice a second */
    Watchdog(BooleanSupplier loopEnded) {
        super("gyre-watchdog");
        this.loopEnded = loopEnded;
        setDaemon(true);
        setPriority(MAX_PRIORITY);
    }

    private static byte[] line(String what) {
        return ("gyre: " + what + ": start the node again, with more memory if that was short\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** From now on event loops end as they should. */
    void stopping() {
        stopping = true;
    }

    /** An event loop has ended; Netty calls this if it still can. */
    void loopEnded() {
        if (!stopping) {
            end(LOOP_ENDED);
        }
    }

    /** Something has been thrown for want of memory somewhere; that outside the heap is not meant. */
    void thrown(Throwable failure) {
        if (isHeap(failure)) {
            end(HEAP_EXHAUSTED);
        }
    }

    /** Netty's own limit, and the JVM's for memory outside the heap, are refusals that harm nobody else. */
    static boolean isHeap(Throwable failure) {
        return failure instanceof OutOfMemoryError
                && failure.getClass() == OutOfMemoryError.class
                && (failure.getMessage() == null || !failure.getMessage().contains("direct buffer memory"));
    }

    @Override
    public void run() {
        boolean exhausted = false;
        while (!exhausted) {
            try {
                sleep(EVERY_MILLIS);
                lookAtLoops();
                lookAtHeap();
            } catch (InterruptedException e) {
                return;
            } catch (OutOfMemoryError e) {
                exhausted = true;
            }
        }
        end(HEAP_EXHAUSTED);
    }

    private void lookAtLoops() {
        if (!stopping && loopEnded.getAsBoolean()) {
            end(LOOP_ENDED);
        }
    }

    private void lookAtHeap() {
        probe = new byte[PROBE];
        probe = null;
        long sum = 0;
        for (GarbageCollectorMXBean collector : collectors) {
            sum += Math.max(0, collector.getCollectionTime());
        }
        int at = looks++ % LOOKS;
        long before = collecting[at];
        collecting[at] = sum;
        boolean collects = sum - before > COLLECTING * LOOKS * EVERY_MILLIS;
        if (looks > LOOKS && collects && heap.full()) {
            end(ONLY_COLLECTS);
        }
    }

    /** Whatever the JVM does for the first time here takes memory, which others may get first: so again. */
    private static void end(byte[] why) {
        boolean said = false;
        while (true) {
            try {
                reserve = null;
                if (!said) {
                    said = true;
                    STANDARD_ERROR.write(why);
                }
                Runtime.getRuntime().halt(EXIT_CODE);
            } catch (IOException | OutOfMemoryError e) {
                // Nobody reads it, or there is no memory to say it: to end is what matters.
                said = true;
            }
        }
    }
}
