package dev.gyre.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gyre.model.Condition.State;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A port in clear text and one within TLS are two backends, also where host and port are the same. */
class SchemesApartTest {

    static final BackendUrl CLEAR = new BackendUrl("app.test", 8443);
    static final BackendUrl TLS = new BackendUrl(Scheme.HTTPS, "app.test", 8443);

    @Test
    void theyAreTwoWhereverTheyAreCompared() {
        assertThat(CLEAR).isEqualTo(new BackendUrl(Scheme.HTTP, "app.test", 8443)).isNotEqualTo(TLS);
        assertThat(new TreeMap<>(Map.of(CLEAR, 1, TLS, 2))).containsExactly(Map.entry(CLEAR, 1),
                Map.entry(TLS, 2));
        assertThat(new BackendId("web", CLEAR)).isNotEqualTo(new BackendId("web", TLS));
        Backend backend = new Backend(CLEAR, 1, false, Origin.CONFIG);
        assertThat(backend.isSameAs(new Backend(TLS, 1, false, Origin.CONFIG))).isFalse();
    }

    /** It is written to disk, and nodes of all versions name the backend by it. */
    @Test
    void theTextTellsThemApart() {
        assertThat(CLEAR).hasToString("http://app.test:8443");
        assertThat(TLS).hasToString("https://app.test:8443");
        assertThat(new BackendId("web", TLS, Optional.of("10.0.0.1")).name())
                .isEqualTo("https://app.test:8443@10.0.0.1");
        assertThat(CLEAR.authority()).as("what a Host header says").isEqualTo(TLS.authority());
    }

    @Test
    void oneIsDownAndTheOtherIsNot() {
        BackendHealth health = BackendHealth.of(Map.of(new BackendId("web", TLS),
                new Condition(State.DOWN, "handshake failed", Instant.EPOCH)));
        assertThat(health.healthy(new BackendId("web", TLS))).isFalse();
        assertThat(health.healthy(new BackendId("web", CLEAR))).isTrue();
    }

    @Test
    void eachIsReadAsItself() {
        assertThat(BackendUrl.parse("HTTP://App.test:8443")).isEqualTo(CLEAR);
        assertThat(BackendUrl.parse("HTTPS://App.test:8443")).isEqualTo(TLS);
        assertThat(BackendUrl.parse("unix:/run/app.sock").scheme()).isEqualTo(Scheme.UNIX);
        assertThatThrownBy(() -> BackendUrl.parse("h2c://App.test:8443"))
                .hasMessageContaining("expected: http");
    }
}
