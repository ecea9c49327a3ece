package dev.gyre.registry;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.BackendId;
import dev.gyre.registry.DiscoveryCommand.Announce;
import dev.gyre.registry.DiscoveryCommand.Expire;
import dev.gyre.registry.DiscoveryCommand.Forget;
import dev.gyre.registry.DiscoveryCommand.Leave;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A node that was away hears no renewal, takes the backend for gone and forgets it: that stands against
 * nothing that the backend or a person has said meanwhile.
 */
class StaleLeaseTest {

    private static final BackendId ID = new BackendId("web", B);
    private static final Duration TTL = Duration.ofSeconds(10);

    private LonelyRegistry here;
    private LonelyRegistry away;

    @BeforeEach
    void announceAndPart() throws Exception {
        List<LonelyRegistry> both = LonelyRegistry.pair(web(A), new StepClock());
        here = both.get(0);
        away = both.get(1);
        here.apply(new Announce(ID, Optional.of(5), TTL));
        LonelyRegistry.meet(here, away);
    }

    @AfterEach
    void stop() throws Exception {
        here.close();
        away.close();
    }

    private void expiresAway() throws Exception {
        // Its clock runs an hour ahead, as well.
        away.clock.step(Duration.ofHours(1));
        Stamp judged = AnnouncedBackend.of(away.registry.entries(), ID).orElseThrow().stamp();
        assertThat(away.apply(new Expire(ID, judged), Author.LEASE).changed()).isTrue();
        assertThat(away.backend(B).orElseThrow().draining()).isTrue();
    }

    private void forgetsAway() throws Exception {
        assertThat(away.apply(new Forget(ID), Author.LEASE).changed()).isTrue();
        assertThat(away.backend(B)).isEmpty();
    }

    private void bothShow(boolean draining, int weight) throws Exception {
        LonelyRegistry.meet(here, away);
        for (LonelyRegistry node : List.of(here, away)) {
            assertThat(node.backend(B)).isPresent();
            assertThat(node.backend(B).orElseThrow().draining()).isEqualTo(draining);
            assertThat(node.weight(B)).isEqualTo(weight);
        }
    }

    @Test
    void aLaterAnnouncementStandsAgainstAnExpiry() throws Exception {
        here.apply(new Announce(ID, Optional.of(6), TTL));
        expiresAway();
        bothShow(false, 6);
    }

    @Test
    void aLaterAnnouncementStandsAgainstForgetting() throws Exception {
        here.apply(new Announce(ID, Optional.empty(), TTL.plusSeconds(1)));
        expiresAway();
        forgetsAway();
        bothShow(false, 5);
    }

    @Test
    void whatAPersonSaidOfItStands() throws Exception {
        here.apply(new BackendCommand.Weight("web", B, 9));
        here.apply(new BackendCommand.Resume("web", B));
        here.apply(new BackendCommand.Drain("web", B, Optional.empty()));
        here.apply(new BackendCommand.Resume("web", B));
        expiresAway();
        LonelyRegistry.meet(here, away);
        assertThat(here.weight(B)).isEqualTo(9);
        assertThat(here.backend(B).orElseThrow().draining()).as("of its lease alone").isTrue();
        here.apply(new BackendCommand.Resume("web", B));
        LonelyRegistry.meet(here, away);
        bothShow(false, 9);
    }

    @Test
    void aPersonsRemovalStandsAgainstAnAnnouncementAtAStaleNode() throws Exception {
        here.apply(new BackendCommand.Remove("web", B));
        away.clock.step(Duration.ofHours(1));
        away.apply(new Announce(ID, Optional.of(8), TTL));
        LonelyRegistry.meet(here, away);
        assertThat(here.backend(B)).isEmpty();
        assertThat(away.backend(B)).isEmpty();
    }

    @Test
    void whatAPersonAddedIsNotForgottenWithTheAnnouncement() throws Exception {
        here.apply(new BackendCommand.Remove("web", B));
        here.apply(new BackendCommand.Add("web", B, Optional.of(4)));
        here.apply(new BackendCommand.Weight("web", B, 3));
        expiresAway();
        forgetsAway();
        LonelyRegistry.meet(here, away);
        assertThat(here.registry.entries().entry(AnnouncedBackend.key(ID)).orElseThrow().tombstone())
                .isTrue();
    }

    @Test
    void twoNodesThatTakeItForGoneSayTheSame() throws Exception {
        expiresAway();
        Stamp judged = AnnouncedBackend.of(here.registry.entries(), ID).orElseThrow().stamp();
        here.apply(new Expire(ID, judged), Author.LEASE);
        LonelyRegistry.meet(here, away);
        assertThat(here.registry.history().changes()
                .filter(change -> change.what().contains("lease expired")))
                .hasSize(1);
        forgetsAway();
        here.apply(new Forget(ID), Author.LEASE);
        LonelyRegistry.meet(here, away);
        assertThat(here.backend(B)).isEmpty();
    }

    @Test
    void aBackendThatLeavesAtOneNodeAndComesAgainAtAnotherIsThere() throws Exception {
        here.apply(new Leave(ID));
        away.clock.step(Duration.ofMillis(1));
        away.apply(new Announce(ID, Optional.of(7), TTL));
        assertThat(here.apply(new Forget(ID), Author.LEASE).changed()).isTrue();
        bothShow(false, 7);
    }
}
