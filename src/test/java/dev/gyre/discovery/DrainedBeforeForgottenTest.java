package dev.gyre.discovery;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static dev.gyre.registry.Node.get;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.balancing.Rendezvous;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendId;
import dev.gyre.registry.Author;
import dev.gyre.registry.DiscoveryCommand.Announce;
import dev.gyre.registry.Entries;
import dev.gyre.registry.Node;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who ends a backend, when, and in which order; time is stepped. */
class DrainedBeforeForgottenTest {

    private static final BackendId ID = new BackendId("web", B);
    private static final Author AUTHOR = Author.backend(Optional.empty(), "via bus");
    private static final Duration TTL = Duration.ofSeconds(5);

    private Node node;
    private Discovery discovery;
    private final AtomicLong nanos = new AtomicLong();
    private volatile boolean drained;
    private final Map<String, Duration> others = new ConcurrentHashMap<>();

    private final class Surroundings implements DiscoveryPeers {

        @Override
        public String self() {
            return "self";
        }

        @Override
        public boolean clustered() {
            return !others.isEmpty();
        }

        @Override
        public Map<String, Duration> heard() {
            return others;
        }

        @Override
        public Future<Boolean> drained(BackendId backend) {
            return Future.succeededFuture(drained);
        }
    }

    @BeforeEach
    void start() throws Exception {
        node = Node.inMemory(web(A));
        discovery = new Discovery(node.vertx, node.registry, new Surroundings(), nanos::get);
        announce();
        discovery.step();
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    private void announce() throws Exception {
        get(discovery.announce(new Announce(ID, Optional.empty(), TTL), AUTHOR));
    }

    private Optional<Backend> backend() {
        return node.backend("web", B);
    }

    /** Lets so many seconds pass, and all that was decided then be written. */
    private void pass(int seconds) throws Exception {
        for (int i = 0; i < 2 * seconds; i++) {
            nanos.addAndGet(500_000_000);
            discovery.step();
        }
        settle();
    }

    private void settle() throws Exception {
        // Behind all that was asked of the registry before.
        node.registry.declare(web(A)).toCompletionStage().toCompletableFuture().get();
    }

    @Test
    void aRenewalKeepsItAndWritesNothing() throws Exception {
        Entries before = node.registry.entries();
        for (int i = 0; i < 10; i++) {
            pass(4);
            announce();
        }
        assertThat(node.registry.entries()).isSameAs(before);
    }

    @Test
    void aRenewalAtAnotherNodeKeepsItAsWell() throws Exception {
        Entries before = node.registry.entries();
        for (int i = 0; i < 5; i++) {
            pass(4);
            discovery.heard(Map.of(ID, Duration.ofSeconds(1)));
        }
        assertThat(node.registry.entries()).isSameAs(before);
        assertThat(discovery.recent()).as("each node tells of its own").isEmpty();
    }

    @Test
    void whatCeasesDrainsAndIsForgottenOnlyWhenNothingIsInFlight() throws Exception {
        pass(7);
        assertThat(backend()).get().extracting(Backend::draining).isEqualTo(true);
        pass(20);
        assertThat(backend()).as("something is still in flight").isPresent();
        drained = true;
        pass(1);
        Node.await(() -> backend().isEmpty());
    }

    @Test
    void atTheLatestItIsForgottenAfterHalfAMinute() throws Exception {
        pass(7);
        pass(28);
        assertThat(backend()).isPresent();
        pass(3);
        assertThat(backend()).isEmpty();
    }

    @Test
    void anAnnouncementInBetweenGivesItRequestsAgain() throws Exception {
        pass(7);
        announce();
        assertThat(backend()).get().extracting(Backend::draining).isEqualTo(false);
        drained = true;
        pass(4);
        assertThat(backend()).get().extracting(Backend::draining).isEqualTo(false);
    }

    @Test
    void whoLeavesDrainsAtOnce() throws Exception {
        get(discovery.leave(ID, AUTHOR));
        assertThat(backend()).get().extracting(Backend::draining).isEqualTo(true);
        drained = true;
        pass(1);
        Node.await(() -> backend().isEmpty());
    }

    @Test
    void whatIsAnotherNodesToDecideIsLeftToItUntilThatNodeIsSilent() throws Exception {
        String other = "a";
        while (Rendezvous.of(ID.toString(), Set.of("self", other)).equals("self")) {
            other += "a";
        }
        others.put(other, Duration.ZERO);
        pass(1);
        announce();
        pass(10);
        assertThat(backend()).get().extracting(Backend::draining).isEqualTo(false);
        others.put(other, Duration.ofSeconds(4));
        pass(1);
        assertThat(backend()).get().extracting(Backend::draining).isEqualTo(true);
    }
}
