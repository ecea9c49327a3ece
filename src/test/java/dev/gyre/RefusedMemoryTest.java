package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Memory outside the heap that is not there is refused at once. The JVM's own way to find some
 * (java.nio.Bits.reserveMemory) holds a thread, which may be an event loop, for half a second of collections
 * and sleeps.
 */
class RefusedMemoryTest {


    @Test
    void nettyRefusesMemoryAndTheJvmCollectsNothingForIt() throws Exception {
        // The packages are opened as the manifest of the jar opens them.
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(java, "-Xmx64m", "-XX:MaxDirectMemorySize=64m",
                "--add-opens", "java.base/java.nio=ALL-UNNAMED",
                "--add-opens", "java.base/jdk.internal.misc=ALL-UNNAMED",
                "-cp", System.getProperty("java.class.path"), FillingDirectMemory.class.getName())
                .redirectErrorStream(true).start();
        try {
            assertThat(process.waitFor(Await.SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("refusal=OutOfDirectMemoryError collections=0");
        } finally {
            process.destroyForcibly();
        }
    }
}
