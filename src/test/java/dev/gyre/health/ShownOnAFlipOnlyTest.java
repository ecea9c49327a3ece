package dev.gyre.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.health.Verdicts.Source;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendHealth;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Condition;
import dev.gyre.model.Condition.State;
import dev.gyre.model.Origin;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Topology;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What several sources say becomes one verdict, and the data path hears of flips alone. */
class ShownOnAFlipOnlyTest {

    private static final BackendId A = new BackendId("web", new BackendUrl("10.0.0.1", 80));
    private static final BackendId B = new BackendId("web", new BackendUrl("10.0.0.2", 80));

    private final List<BackendHealth> shown = new ArrayList<>();
    private final ArrayDeque<Runnable> later = new ArrayDeque<>();
    private final Verdicts verdicts = new Verdicts(shown::add, later::add);

    @BeforeEach
    void bothAreThere() {
        verdicts.apply(topology(A, B));
    }

    private static Topology topology(BackendId... ids) {
        return new Topology(Map.of("web", service("web", ids)), List.of(), "1");
    }

    private static Service service(String name, BackendId... ids) {
        return new Service(name, ServicePolicy.DEFAULT, Stream.of(ids)
                .map(id -> new Backend(id.url(), 1, false, Origin.CONFIG)).toList(), Origin.CONFIG);
    }

    private static Condition at(State state, long second) {
        return new Condition(state, "because", Instant.ofEpochSecond(second));
    }

    private List<BackendHealth> shown() {
        while (!later.isEmpty()) {
            later.poll().run();
        }
        return shown;
    }

    @Test
    void theSameVerdictAgainIsNoNews() {
        verdicts.set(Source.PROBES, A, at(State.DOWN, 1));
        verdicts.set(Source.PROBES, B, at(State.HEALTHY, 1));
        assertThat(shown()).as("all of one moment at once").hasSize(1);
        verdicts.set(Source.PROBES, A, new Condition(State.DOWN, "other words", Instant.ofEpochSecond(1)));
        assertThat(shown()).hasSize(1);
        assertThat(shown.get(0).healthy(A)).isFalse();
        assertThat(shown.get(0).healthy(B)).isTrue();
    }

    @Test
    void whatOneSourceFindsUnfitAnotherDoesNotMakeFit() {
        verdicts.set(Source.TRAFFIC, A, at(State.EJECTED, 1));
        verdicts.set(Source.PROBES, A, at(State.HEALTHY, 2));
        assertThat(verdicts.backendHealth().of(A)).contains(at(State.EJECTED, 1));
        verdicts.set(Source.PROBES, A, at(State.DOWN, 3));
        verdicts.set(Source.TRAFFIC, A, at(State.HEALTHY, 4));
        assertThat(verdicts.backendHealth().of(A)).contains(at(State.DOWN, 3));
        verdicts.set(Source.PROBES, A, at(State.HEALTHY, 5));
        assertThat(verdicts.backendHealth().of(A)).as("healthy since the last found it so")
                .contains(at(State.HEALTHY, 5));
    }

    @Test
    void aSourceThatJudgesNoMoreLeavesTheOthersVerdict() {
        verdicts.set(Source.PROBES, A, at(State.DOWN, 1));
        verdicts.clear(Source.PROBES, A);
        assertThat(verdicts.backendHealth().of(A)).isEmpty();
        assertThat(shown().get(0).healthy(A)).isTrue();
    }

    /** By which the data path knows which services it need not look at. */
    @Test
    void aFlipInOneServiceLeavesWhatIsKnownOfAnother() {
        verdicts.set(Source.PROBES, A, at(State.DOWN, 1));
        BackendHealth before = verdicts.backendHealth();
        BackendId other = new BackendId("api", A.url());
        verdicts.apply(new Topology(Map.of("web", service("web", A, B), "api", service("api", A)), List.of(),
                "2"));
        verdicts.set(Source.PROBES, other, at(State.DOWN, 2));
        BackendHealth after = verdicts.backendHealth();
        assertThat(after.of("web")).isSameAs(before.of("web"));
        assertThat(after.changedFrom(before)).containsExactly("api");
        assertThat(before.changedFrom(after)).containsExactly("api");
    }

    @Test
    void aBackendThatLeftComesBackWithoutItsPast() {
        verdicts.set(Source.PROBES, A, at(State.DOWN, 1));
        shown();
        verdicts.apply(topology(B));
        verdicts.set(Source.PROBES, A, at(State.DOWN, 2));
        verdicts.apply(topology(A, B));
        assertThat(shown()).last().isEqualTo(BackendHealth.UNKNOWN);
    }
}
