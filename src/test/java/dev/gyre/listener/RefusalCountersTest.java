package dev.gyre.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.gate.Rule;
import dev.gyre.kit.LogLines;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A flood of bad messages must neither go unnoticed nor fill the disk. */
class RefusalCountersTest {

    @Test
    void aFloodIsCountedInFullAndLoggedOnceAMinuteForEachRuleAndSide() {
        AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
        try (LogLines log = LogLines.capture()) {
            RefusalCounters refusals = new RefusalCounters(nanos::get);
            for (int i = 0; i < 1000; i++) {
                refusals.request(Rule.LENGTH_TWICE, "192.0.2.7");
            }
            refusals.answer(Rule.LENGTH_TWICE, "web/http://10.0.0.5:9001");
            refusals.request(Rule.CONTROL, "192.0.2.8");
            assertThat(log.with("gyre.gate")).hasSize(3);
            nanos.addAndGet(Duration.ofMinutes(1).toNanos());
            refusals.request(Rule.LENGTH_TWICE, "192.0.2.9");
            assertThat(log.with("request refused rule=length-twice")).hasSize(2).last().asString()
                    .endsWith(" address=192.0.2.9: more than one Content-Length (RFC 9112, section 6.3);"
                            + " 999 more since the last such line");
            assertThat(log.with("answer refused rule=length-twice")).singleElement().asString()
                    .contains(" backend=web/http://10.0.0.5:9001: more than one Content-Length ");
            assertThat(refusals.stats().requests()).containsEntry("length-twice", 1001L)
                    .containsEntry("control", 1L).containsEntry("fold", 0L)
                    .containsOnlyKeys(Arrays.stream(Rule.values()).map(Rule::word).toList());
            assertThat(refusals.stats().answers()).containsEntry("length-twice", 1L)
                    .hasSize(Rule.values().length);
        }
    }
}
