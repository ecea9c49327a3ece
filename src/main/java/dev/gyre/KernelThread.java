package dev.gyre;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A thread of this process as Linux sees it (proc_pid_stat(5)). Elsewhere there are none.
 *
 * @param id the kernel's number of the thread
 * @param name the first 15 letters of it
 * @param runnable it runs, or waits for a core
 * @param cpuMillis CPU time so far, in steps of 10 ms
 */
record KernelThread(String id, String name, boolean runnable, long cpuMillis) {

    private static final Path TASKS = Path.of("/proc/self/task");
    private static final String EVENT_LOOP = "vert.x-eventloo";
    /** Linux counts in hundredths of a second towards processes, whatever its own clock does. */
    private static final long MILLIS_PER_TICK = 10;
    private static final int STATE = 0;
    private static final int USER_TIME = 11;
    private static final int SYSTEM_TIME = 12;
    private static final int NICENESS = 16;

    /** All of this process at this moment. */
    static List<KernelThread> all() {
        if (!Files.isDirectory(TASKS)) {
            return List.of();
        }
        try (Stream<Path> tasks = Files.list(TASKS)) {
            return tasks.flatMap(task -> read(task).stream()).toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** CPU time that the event loops among them have had. */
    static long eventLoopMillis(List<KernelThread> all) {
        return all.stream().filter(thread -> thread.name().equals(EVENT_LOOP))
                .mapToLong(KernelThread::cpuMillis).sum();
    }

    private static Optional<KernelThread> read(Path task) {
        try {
            return Optional.of(parse(Files.readString(task.resolve("stat"))));
        } catch (IOException e) {
            // The thread has ended.
            return Optional.empty();
        }
    }

    static KernelThread parse(String stat) {
        String[] fields = afterName(stat);
        String id = stat.substring(0, stat.indexOf(' '));
        String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
        long ticks = Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME]);
        return new KernelThread(id, name, fields[STATE].equals("R"), ticks * MILLIS_PER_TICK);
    }

    /** The name, in parentheses, may itself contain some. */
    private static String[] afterName(String stat) {
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    }

    /** The calling thread's number. */
    static Optional<String> own() {
        try {
            return Optional.of(Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString());
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    /** The niceness that this process was started with. */
    static int niceness() throws IOException {
        return Integer.parseInt(afterName(Files.readString(Path.of("/proc/self/stat")))[NICENESS]);
    }
}
