package dev.gyre;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the JVM's compiler step back behind the traffic. When something new comes after a while of the same, a
 * first flood of connections for one, the JVM throws compiled code away and compiles for seconds. On a node
 * whose cores are all at work its event loops then get half of them, just when they need them most. With a
 * lower priority the compiler takes what they leave, and a part of the rest so that it gets done. Linux only.
 */
final class CompilerThreads {

    /** A third of an event loop's share of a core that both want (sched(7): each step is a quarter more). */
    static final int STEPS = 5;

    private static final Logger LOG = LoggerFactory.getLogger("gyre");
    private static final int NICEST = 19;
    /** As the kernel cuts them. HotSpot's further ones are started by these, and inherit their priority. */
    private static final Set<String> NAMES = Set.of("C1 CompilerThre", "C2 CompilerThre");

    private CompilerThreads() {
    }

    /** Where it cannot be done, all goes on as it was. */
    static void stepBack() {
        try {
            List<String> threads = threads();
            if (!threads.isEmpty()) {
                List<String> command = new ArrayList<>(List.of("renice", "-n", niceness(), "-p"));
                command.addAll(threads);
                new ProcessBuilder(command).redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.debug("the compiler keeps its priority: {}", e.getMessage());
        }
    }

    private static String niceness() throws IOException {
        // The name, in parentheses, may itself contain some; niceness is the 19th field, the 17th after it.
        String stat = Files.readString(Path.of("/proc/self/stat"));
        String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Integer.toString(Math.min(NICEST, Integer.parseInt(afterName[16]) + STEPS));
    }

    private static List<String> threads() throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            return tasks.filter(CompilerThreads::compiles)
                    .map(task -> task.getFileName().toString()).toList();
        }
    }

    private static boolean compiles(Path task) {
        try {
            return NAMES.contains(Files.readString(task.resolve("comm")).strip());
        } catch (IOException e) {
            // It has ended meanwhile.
            return false;
        }
    }
}
