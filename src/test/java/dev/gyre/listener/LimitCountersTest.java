package dev.gyre.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.LogLines;
import dev.gyre.model.Limit;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LimitCountersTest {

    @Test
    void aFloodIsCountedInFullAndLoggedOnceAMinute() {
        AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
        try (LogLines log = LogLines.capture()) {
            LimitCounters exceeded = new LimitCounters(nanos::get);
            for (int i = 0; i < 1000; i++) {
                exceeded.report(Limit.HEAD, "192.0.2.7");
            }
            exceeded.report(Limit.BODY, "192.0.2.8");
            assertThat(log.with("gyre.limits")).hasSize(2);
            nanos.addAndGet(Duration.ofMinutes(1).toNanos());
            exceeded.report(Limit.HEAD, "192.0.2.9");
            assertThat(log.with("limit exceeded limit=head ")).hasSize(2).last().asString()
                    .contains(" setting=limits.head address=192.0.2.9: ")
                    .endsWith("; 999 more since the last such line");
            assertThat(exceeded.counts()).containsEntry(Limit.HEAD, 1001L).containsEntry(Limit.BODY, 1L)
                    .containsOnlyKeys(Limit.values());
        }
    }
}
