package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Names with spaces and parentheses must not shift the fields behind them. */
class KernelThreadTest {

    private static final String STAT =
            "4711 (C2 (odd) Thre) R 1 4700 4700 0 -1 4194368 9 0 0 0 250 50 0 0 20 5 30 0 12345 0 0";

    @Test
    void aLineOfTheKernelIsRead() {
        assertThat(KernelThread.parse(STAT))
                .isEqualTo(new KernelThread("4711", "C2 (odd) Thre", true, 3_000));
    }

    @Test
    void theCallingThreadIsAmongThoseOfTheProcess() {
        String own = KernelThread.own().orElseThrow();
        assertThat(KernelThread.all()).filteredOn(thread -> thread.id().equals(own))
                .singleElement().matches(KernelThread::runnable);
    }
}
