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
        boolean over = state == ExchangeState.LINGERING || state == ExchangeState.DONE;
        assertThat(reached.contains(ExchangeState.ANSWERING)).as("answered again").isNotEqualTo(over);
    }

    @Test
    void nothingHappensAfterTheEnd() {
        for (ExchangeEvent event : ExchangeEvent.values()) {
            assertThat(ExchangeTable.of(ExchangeState.DONE, event).ignored()).as("%s", event).isTrue();
        }
    }

    @Test
    void printsWhatTheCodeDoes() {
        assertThat(ExchangeTable.print()).isEqualTo("""
                | event | in state | leads to |
                |---|---|---|
                | HEAD_WRITTEN | SELECTING | → SENDING: – |
                | HEAD_WRITTEN | SENDING, AWAITING, ANSWERING, LINGERING, DONE | ignored |
                | REQUEST_SENT | SELECTING, AWAITING, ANSWERING, LINGERING, DONE | ignored |
                | REQUEST_SENT | SENDING | → AWAITING: see whether a hedge is to follow |
                | CONTINUE_RECEIVED | SELECTING, AWAITING, ANSWERING, LINGERING, DONE | ignored |
                | CONTINUE_RECEIVED | SENDING | stays: begin the time limit again |
                | TRY_ENDED | SELECTING, SENDING, AWAITING | → SELECTING: – |
                | TRY_ENDED | ANSWERING, LINGERING, DONE | ignored |
                | HEDGE_ALONE | SELECTING, SENDING, AWAITING | → AWAITING: – |
                | HEDGE_ALONE | ANSWERING, LINGERING, DONE | ignored |
                | ANSWER_BEGAN | SELECTING, SENDING, AWAITING | → ANSWERING: say in the head whether the connection ends |
                | ANSWER_BEGAN | ANSWERING, LINGERING, DONE | ignored |
                | BACKEND_READ | SELECTING, SENDING, AWAITING, LINGERING, DONE | ignored |
                | BACKEND_READ | ANSWERING | stays: send the head if no body came with it |
                | STALLED | SELECTING, DONE | ignored |
                | STALLED | SENDING | stays: client's turn: 408; else end this try |
                | STALLED | AWAITING | stays: end this try if its time is up or its backend is ejected |
                | STALLED | ANSWERING | stays: client's turn: client-timeout; else response-idle-timeout |
                | STALLED | LINGERING | → DONE: close the connection |
                | FAILED | SELECTING, SENDING, AWAITING, ANSWERING | stays: end all tries; answer, break off or leave |
                | FAILED | LINGERING, DONE | ignored |
                | ANSWERED_EARLY | SELECTING, SENDING, AWAITING, ANSWERING | → LINGERING: read and discard the rest of the request |
                | ANSWERED_EARLY | LINGERING, DONE | ignored |
                | COMPLETED | SELECTING, SENDING, AWAITING, ANSWERING | → DONE: close the connection if nothing may follow |
                | COMPLETED | LINGERING, DONE | ignored |
                | CUT_OFF | SELECTING, SENDING, AWAITING, ANSWERING | → DONE: – |
                | CUT_OFF | LINGERING, DONE | ignored |
                | REQUEST_RECEIVED | SELECTING, SENDING, AWAITING, ANSWERING, DONE | ignored |
                | REQUEST_RECEIVED | LINGERING | → DONE: close the connection if nothing may follow |
                """);
    }
}
