package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ClockEpochTest {

    private final ClockEpoch clock = new ClockEpoch();

    @Test
    void theLeastDelayedOfTheLastHellosCounts() {
        for (long offset : new long[] {40, 90, 70}) {
            clock.heard(offset);
        }
        assertThat(clock.millis()).isEqualTo(90);
        for (int i = 0; i < 10; i++) {
            clock.heard(5);
        }
        assertThat(clock.millis()).isEqualTo(5);
    }

    @Test
    void itMayBeAskedOnOneThreadWhileHellosComeOnAnother() throws Exception {
        AtomicBoolean asked = new AtomicBoolean();
        CompletableFuture<Void> hellos = CompletableFuture.runAsync(() -> {
            for (long i = 0; !asked.get(); i++) {
                clock.heard(i % 7);
            }
        });
        for (int i = 0; i < 200_000; i++) {
            assertThat(clock.millis()).isBetween(0L, 6L);
        }
        asked.set(true);
        hellos.get(Await.SECONDS, TimeUnit.SECONDS);
    }
}
