package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.LogLines;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Failure;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A backend that fails each request must not fill the disk, and must not go unnoticed. */
class FailureFloodTest {

    private static final BackendId DEAD = new BackendId("web", BackendUrl.parse("http://10.0.0.5:9001"));

    private final AtomicLong now = new AtomicLong();
    private final FailureLog log = new FailureLog(now::get);

    @Test
    void onlyOneLineInTenSecondsIsWrittenWithTheNumberOfTheOthers() {
        try (LogLines lines = LogLines.capture()) {
            for (int i = 0; i < 100; i++) {
                log.report(Failure.CONNECT_REFUSED, Optional.of(DEAD), "it said \"no\"");
            }
            now.addAndGet(Duration.ofSeconds(10).toNanos());
            log.report(Failure.CONNECT_REFUSED, Optional.of(DEAD), null);
            assertThat(lines.with("WARN gyre.proxy")).hasSize(2);
            assertThat(lines.with("WARN gyre.proxy").get(0)).endsWith("backend request failed service=web"
                    + " backend=http://10.0.0.5:9001 reason=connect-refused detail=\"it said 'no'\":"
                    + " the backend refused the connection");
            assertThat(lines.with("WARN gyre.proxy").get(1)).contains("detail=\"\"")
                    .endsWith("; 99 more since the last such line");
        }
    }

    @Test
    void eachKindOfFailureOfEachBackendHasItsOwnLine() {
        BackendId another = new BackendId("web", DEAD.url(), Optional.of("10.0.0.6"));
        try (LogLines lines = LogLines.capture()) {
            log.report(Failure.NO_ANSWER, Optional.of(DEAD), "");
            log.report(Failure.NO_ANSWER, Optional.of(another), "");
            log.report(Failure.FIRST_BYTE_TIMEOUT, Optional.of(DEAD), "");
            log.report(Failure.NO_BACKEND, Optional.empty(), "service web");
            assertThat(lines.with("backend request failed")).hasSize(3);
            assertThat(lines.with(" - request failed reason=no-backend detail=\"service web\":")).hasSize(1);
        }
    }

    @Test
    void whatClientsDoIsNotLoggedHere() {
        try (LogLines lines = LogLines.capture()) {
            log.report(Failure.CLIENT_GONE, Optional.of(DEAD), "");
            log.report(Failure.OVERLOADED, Optional.empty(), "service web");
            assertThat(lines.text()).isEmpty();
        }
    }
}
