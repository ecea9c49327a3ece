package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A process that can no longer serve must not live on: nobody would start it again. */
class WatchdogTest {


    private static Process start(String what, String flag) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(java, flag, "-Xmx48m", "-cp", System.getProperty("java.class.path"),
                Exhausting.class.getName(), what).redirectErrorStream(true).start();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-XX:+UseSerialGC", "-XX:+UseParallelGC", "-XX:+UseG1GC"})
    void aProcessWhoseHeapIsExhaustedEnds(String collector) throws Exception {
        Process process = start("heap", collector);
        try {
            assertThat(process.waitFor(Await.SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(1);
            assertThat(new String(process.getInputStream().readAllBytes())).contains("the heap is exhausted");
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aProcessOneOfWhoseEventLoopsHasEndedEnds() throws Exception {
        Process process = start("loop", "-XX:+UseSerialGC");
        try {
            assertThat(process.waitFor(Await.SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(1);
            assertThat(new String(process.getInputStream().readAllBytes()))
                    .contains("begins").contains("an event loop has ended");
        } finally {
            process.destroyForcibly();
        }
    }

    @ParameterizedTest
    @CsvSource({"Java heap space, true", "GC overhead limit exceeded, true", "Metaspace, true",
        "'unable to create native thread: possibly out of memory or process/resource limits reached', true",
        "'Cannot reserve 4194304 bytes of direct buffer memory (allocated: 1, limit: 1)', false"})
    void memoryOutsideTheHeapIsNotMeant(String message, boolean heap) {
        assertThat(Watchdog.isHeap(new OutOfMemoryError(message))).isEqualTo(heap);
        assertThat(Watchdog.isHeap(new IllegalStateException(message))).isFalse();
    }
}
