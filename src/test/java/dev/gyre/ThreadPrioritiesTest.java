package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.GyreProcess;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients wait for a core that the JVM's compiler has, or a change. */
class ThreadPrioritiesTest {

    @TempDir
    Path directory;

    @Test
    void onceTheNodeServesAllElseStepsBackBehindTheEventLoops() throws Exception {
        try (Origin origin = Origin.saying("hello");
             GyreProcess node = GyreProcess.node(directory, before(origin))) {
            assertServes(node);
            int own = niceness(Path.of("/proc/self"));
            int ofChanges = own + ThreadPriorities.CHANGE_STEPS;
            Await.until("changes that step back", () -> niceness(node, "gyre-registry-0")
                    .equals(List.of(ofChanges)));
            Await.until("one event loop that does not serve", () -> niceness(node, "vert.x-eventloo")
                    .equals(List.of(own, ofChanges)));
            assertThat(niceness(node, "C1 Compiler")).as("a compiler that has hardly begun")
                    .containsExactly(own);
        }
    }

    @Test
    void compilersHaveCaughtUpWhenThereWasTrafficAndTheyAreIdle() {
        assertThat(caughtUpAfter(ThreadPriorities.TRAFFIC.toMillis(), false)).hasValue(6);
    }

    @Test
    void compilersThatAreIdleBecauseNobodyCameHaveNotCaughtUp() {
        assertThat(caughtUpAfter(ThreadPriorities.TRAFFIC.toMillis() - 10, false)).isEmpty();
    }

    @Test
    void compilersThatWaitForACoreHaveNotCaughtUp() {
        assertThat(caughtUpAfter(10 * ThreadPriorities.TRAFFIC.toMillis(), true)).isEmpty();
    }

    /** The first of some looks, two seconds apart, at which they have. */
    private static OptionalInt caughtUpAfter(long trafficMillis, boolean runnable) {
        AtomicLong now = new AtomicLong();
        ThreadPriorities priorities = new ThreadPriorities(() -> List.of(
                new KernelThread("1", "vert.x-eventloo", false, trafficMillis),
                new KernelThread("2", "C2 CompilerThre", runnable, 3_000)), now::get);
        return IntStream.rangeClosed(1, 20)
                .peek(look -> now.addAndGet(2_000_000_000L))
                .filter(look -> priorities.compilersCaughtUp()).findFirst();
    }

    @Test
    void aLoweredThreadIsSoManyStepsBelowTheProcess() throws Exception {
        Process sleeping = new ProcessBuilder("sleep", "60").start();
        try {
            Path stat = Path.of("/proc/" + sleeping.pid());
            assertThat(ThreadPriorities.lower(ThreadPriorities.COMPILER_STEPS,
                    List.of(Long.toString(sleeping.pid())))).isTrue();
            int own = niceness(Path.of("/proc/self"));
            Await.until("five steps", () -> niceness(stat) == own + ThreadPriorities.COMPILER_STEPS);
        } finally {
            sleeping.destroyForcibly();
        }
    }

    @Test
    void whereAllEventLoopsServeNoneOfThemStepsBack() throws Exception {
        int all = 2 * Runtime.getRuntime().availableProcessors();
        try (Origin origin = Origin.saying("hello");
             GyreProcess node = GyreProcess.node(directory, before(origin).put("instances", all))) {
            assertServes(node);
            int own = niceness(Path.of("/proc/self"));
            Await.until("changes that step back", () -> niceness(node, "gyre-registry-0")
                    .equals(List.of(own + ThreadPriorities.CHANGE_STEPS)));
            assertThat(niceness(node, "vert.x-eventloo")).containsExactly(own);
        }
    }

    @Test
    void whereItCannotTheNodeServesAllTheSameAndSaysNothing() throws Exception {
        try (Origin origin = Origin.saying("hello")) {
            Path config = GyreProcess.write(directory, before(origin));
            try (GyreProcess node = GyreProcess.withoutPrograms(
                    List.of("run", "dev.gyre.MainVerticle", "-conf", config.toString()))) {
                node.await("ready after");
                assertServes(node);
                node.terminate();
                assertThat(node.exitCode()).isZero();
                assertThat(node.text()).doesNotContain("renice").doesNotContain("Exception");
            }
        }
    }

    private static JsonObject before(Origin origin) {
        return new JsonObject().put("services", new JsonObject()
                .put("web", new JsonObject().put("backends", new JsonArray().add(origin.url()))));
    }

    private static void assertServes(GyreProcess node) throws Exception {
        try (Wire client = Wire.to(node.port())) {
            assertThat(client.get("/").readAnswer().body()).isEqualTo("hello");
        }
    }

    /** Of the threads whose names, of which the kernel keeps 15 letters, begin so; each once. */
    private static List<Integer> niceness(GyreProcess node, String name) throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/" + node.pid() + "/task"))) {
            return tasks.filter(task -> read(task.resolve("comm")).startsWith(name))
                    .map(ThreadPrioritiesTest::niceness).distinct().sorted().toList();
        }
    }

    private static int niceness(Path task) {
        String stat = read(task.resolve("stat"));
        return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16]);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            // The thread has ended.
            return "";
        }
    }
}
