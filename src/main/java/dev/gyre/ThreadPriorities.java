package dev.gyre;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets what is not traffic step back behind it. On a node whose cores are all at work the event loops would
 * else get an equal part only, just when they need more: when something new comes after a while of the same,
 * the JVM throws compiled code away and compiles for seconds, and a node's first changes run in code that
 * nobody has compiled yet. With a lower priority these take what the event loops leave, and a part of the
 * rest so that they get done. Linux only.
 */
final class ThreadPriorities {

    /** A third of an event loop's share of a core that both want (sched(7): each step is a quarter more). */
    static final int COMPILER_STEPS = 5;
    /** A tenth of it: what must be quick here is the traffic, and a change waits for the disk anyway. */
    static final int CHANGE_STEPS = 10;

    private static final Logger LOG = LoggerFactory.getLogger("gyre");
    private static final int NICEST = 19;
    private static final Path TASKS = Path.of("/proc/self/task");
    /** As the kernel cuts them. HotSpot's further ones are started by these, and inherit their priority. */
    private static final Set<String> COMPILERS = Set.of("C1 CompilerThre", "C2 CompilerThre");
    private static final Set<String> WRITERS = Set.of("gyre-registry-0");

    private ThreadPriorities() {
    }

    /** The calling thread's number, by which the kernel knows it. */
    static Optional<String> own() {
        try {
            return Optional.of(Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString());
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    /**
     * Where it cannot be done, all goes on as it was.
     *
     * @param others threads by their numbers that commands, probes and scrapes are served on
     */
    static void stepBack(List<String> others) {
        try {
            renice(COMPILER_STEPS, named(COMPILERS));
            renice(CHANGE_STEPS, Stream.concat(named(WRITERS).stream(), others.stream()).toList());
        } catch (IOException | UncheckedIOException e) {
            LOG.debug("background threads keep their priority: {}", e.getMessage());
        }
    }

    private static void renice(int steps, List<String> threads) throws IOException {
        if (!threads.isEmpty()) {
            List<String> command = new ArrayList<>(List.of("renice", "-n", niceness(steps), "-p"));
            command.addAll(threads);
            new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        }
    }

    private static String niceness(int steps) throws IOException {
        // The name, in parentheses, may itself contain some; niceness is the 19th field, the 17th after it.
        String stat = Files.readString(Path.of("/proc/self/stat"));
        String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Integer.toString(Math.min(NICEST, Integer.parseInt(afterName[16]) + steps));
    }

    private static List<String> named(Set<String> names) throws IOException {
        Predicate<Path> wanted = task -> {
            try {
                return names.contains(Files.readString(task.resolve("comm")).strip());
            } catch (IOException e) {
                // It has ended meanwhile.
                return false;
            }
        };
        if (!Files.isDirectory(TASKS)) {
            return List.of();
        }
        try (Stream<Path> tasks = Files.list(TASKS)) {
            return tasks.filter(wanted).map(task -> task.getFileName().toString()).toList();
        }
    }
}
