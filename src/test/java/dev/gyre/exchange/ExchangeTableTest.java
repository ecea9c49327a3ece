package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The states of an exchange: each event has an answer in each of them, and each leads to the end. */
class ExchangeTableTest {

    @ParameterizedTest
    @EnumSource
    void everyEventIsAnsweredOrIgnoredOnPurpose(ExchangeState state) {
        for (ExchangeEvent event : ExchangeEvent.values()) {
            assertThat(ExchangeTable.of(state, event)).as("%s in %s", event, state).isNotNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyStateComesToTheEnd(ExchangeState state) {
        Set<ExchangeState> reached = EnumSet.of(state);
        for (int known = 0; known < reached.size();) {
            known = reached.size();
            for (ExchangeState from : EnumSet.copyOf(reached)) {
                for (ExchangeEvent event : ExchangeEvent.values()) {
                    reached.add(ExchangeTable.of(from, event).next());
                }
            }
        }
        assertThat(reached).contains(ExchangeState.DONE);
        boolean over = switch (state) {
            case TUNNELLING, LINGERING, DONE -> true;
            default -> false;
        };
        assertThat(reached.contains(ExchangeState.ANSWERING)).as("answered again").isNotEqualTo(over);
    }

    @Test
    void nothingHappensAfterTheEnd() {
        for (ExchangeEvent event : ExchangeEvent.values()) {
            assertThat(ExchangeTable.of(ExchangeState.DONE, event).ignored()).as("%s", event).isTrue();
        }
    }
}
