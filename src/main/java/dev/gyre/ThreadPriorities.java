package dev.gyre;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lowers the priority of the threads that serve no traffic: JIT compilers, commands, probes and scrapes.
 * Without this, the event loops of a fully loaded node get only an equal share of the cores, just when they
 * need more: after a change of traffic the JVM discards compiled code and compiles for seconds, and the first
 * commands run code that is not compiled yet. At a lower priority these threads use the time that the event
 * loops leave, and a small share of the rest, so that they make progress. Linux only.
 *
 * <p>The priority of the compilers is lowered only when they have caught up: below a busy event loop they get
 * a quarter of its core, and the node would stay slow four times as long. A process without privileges cannot
 * raise it again.
 */
final class ThreadPriorities {

    /** A third of an event loop's share of a core that both want (sched(7): each step is a quarter more). */
    static final int COMPILER_STEPS = 5;
    /** A tenth of it: what must be quick here is the traffic, and a change waits for the disk anyway. */
    static final int CHANGE_STEPS = 10;

    /** How long the compilers must have been idle. */
    static final Duration QUIET = Duration.ofSeconds(10);
    /** Of CPU time of the event loops; a compiler that is idle for lack of traffic has not caught up. */
    static final Duration TRAFFIC = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger("gyre");
    private static final Duration LOOK = Duration.ofSeconds(2);
    private static final int NICEST = 19;
    private static final Set<String> WRITERS = Set.of("gyre-registry-0");

    private final Supplier<List<KernelThread>> threads;
    private final LongSupplier nanoTime;
    private final CompilerIdle idle = new CompilerIdle(QUIET);

    ThreadPriorities(Supplier<List<KernelThread>> threads, LongSupplier nanoTime) {
        this.threads = threads;
        this.nanoTime = nanoTime;
    }

    /**
     * Changes nothing where priorities cannot be set. Returns when those of the compilers are lowered.
     *
     * @param others threads by their numbers that commands, probes and scrapes are served on
     */
    void stepBack(List<String> others) throws InterruptedException {
        if (threads.get().isEmpty()) {
            return;
        }
        List<String> changing = new ArrayList<>(others);
        threads.get().stream().filter(thread -> WRITERS.contains(thread.name())).map(KernelThread::id)
                .forEach(changing::add);
        boolean possible = lower(CHANGE_STEPS, changing);
        while (possible && !compilersCaughtUp()) {
            Thread.sleep(LOOK.toMillis());
        }
        if (possible) {
            List<KernelThread> compilers = CompilerLoad.threads(threads.get());
            lower(COMPILER_STEPS, compilers.stream().map(KernelThread::id).toList());
        }
    }

    /** There was traffic, and the compilers have nothing left to do for it. */
    boolean compilersCaughtUp() {
        List<KernelThread> all = threads.get();
        boolean caughtUp = idle.reached(nanoTime.getAsLong(), CompilerLoad.of(all));
        return caughtUp && KernelThread.eventLoopMillis(all) >= TRAFFIC.toMillis();
    }

    /** Returns whether the system lets it be done. */
    static boolean lower(int steps, List<String> threads) {
        if (threads.isEmpty()) {
            return true;
        }
        try {
            int niceness = Math.min(NICEST, KernelThread.niceness() + steps);
            List<String> command =
                    new ArrayList<>(List.of("renice", "-n", Integer.toString(niceness), "-p"));
            command.addAll(threads);
            new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            return true;
        } catch (IOException e) {
            LOG.debug("background threads keep their priority: {}", e.getMessage());
            return false;
        }
    }
}
