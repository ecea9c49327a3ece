package dev.gyre.registry;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gyre.model.Backend;
import dev.gyre.model.BackendId;
import dev.gyre.model.Origin;
import dev.gyre.registry.DiscoveryCommand.Announce;
import dev.gyre.registry.DiscoveryCommand.Expire;
import dev.gyre.registry.DiscoveryCommand.Forget;
import dev.gyre.registry.DiscoveryCommand.Leave;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Config, then a backend's own word, then the operator's: none may lose theirs to the one before. */
class OverruledAnnouncementTest {

    private static final BackendId AID = new BackendId("web", A);
    private static final BackendId BID = new BackendId("web", B);
    private static final Duration TTL = Duration.ofSeconds(10);

    private Node node;

    @BeforeEach
    void start() throws Exception {
        node = Node.inMemory(web(A));
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    private static Announce announce(BackendId id, Integer... weight) {
        return new Announce(id, weight.length == 0 ? Optional.empty() : Optional.of(weight[0]), TTL);
    }

    private Expire expire(BackendId id) {
        return new Expire(id, AnnouncedBackend.of(node.registry.entries(), id).orElseThrow().stamp());
    }

    private Backend b() {
        return node.backend("web", B).orElseThrow();
    }

    @Test
    void anAnnouncedBackendIsThereWithItsWeight() throws Exception {
        assertThat(node.apply(announce(BID, 5)).what()).isEqualTo(BID + " announced, lease 10s, weight 5");
        assertThat(b()).isEqualTo(new Backend(B, 5, false, Origin.DISCOVERY));
    }

    @Test
    void sayingTheSameAgainWritesNothing() throws Exception {
        node.apply(announce(BID, 5));
        Entries before = node.registry.entries();
        assertThat(node.apply(announce(BID, 5)).changed()).isFalse();
        assertThat(node.apply(announce(BID)).changed()).as("without a weight").isFalse();
        assertThat(node.registry.entries()).isSameAs(before);
    }

    @Test
    void anotherWeightOrTimeIsWritten() throws Exception {
        node.apply(announce(BID, 5));
        node.apply(announce(BID, 6));
        assertThat(b().weight()).isEqualTo(6);
        node.apply(new Announce(BID, Optional.empty(), Duration.ofSeconds(20)));
        assertThat(b().weight()).isEqualTo(6);
        assertThat(AnnouncedBackend.of(node.registry.entries(), BID).orElseThrow().ttl()).hasSeconds(20);
    }

    @Test
    void whoAnnouncesAtAServiceThatIsNotThereIsRefused() {
        assertThatThrownBy(() -> node.apply(announce(new BackendId("wbe", B))))
                .isInstanceOfSatisfying(CommandRefused.class, refused ->
                        assertThat(refused.code()).isEqualTo(404));
    }

    @Test
    void theOperatorsWeightAndDrainStayThroughAnnouncements() throws Exception {
        node.apply(announce(BID, 5));
        node.apply(new BackendCommand.Weight("web", B, 9));
        node.apply(new BackendCommand.Drain("web", B, Optional.empty()));
        node.apply(announce(BID, 6));
        assertThat(b()).isEqualTo(new Backend(B, 9, true, Origin.DISCOVERY));
        node.apply(new BackendCommand.Resume("web", B));
        assertThat(b().draining()).isFalse();
    }

    @Test
    void whatTheOperatorRemovedStaysRemovedThoughItAnnouncesItself() throws Exception {
        node.apply(announce(BID));
        node.apply(new BackendCommand.Remove("web", B));
        assertThat(node.apply(announce(BID, 7)).what()).contains("the operator has removed it");
        assertThat(node.backend("web", B)).isEmpty();
        node.apply(expire(BID));
        node.apply(new Forget(BID));
        node.apply(announce(BID));
        assertThat(node.backend("web", B)).as("announced anew").isEmpty();
        node.apply(new BackendCommand.Resume("web", B));
        assertThat(b().draining()).isFalse();
    }

    @Test
    void whatRanOutDrainsFirstIsForgottenThenAndRevivedInBetween() throws Exception {
        node.apply(announce(BID, 5));
        node.apply(expire(BID));
        assertThat(b()).isEqualTo(new Backend(B, 5, true, Origin.DISCOVERY));
        assertThat(AnnouncedBackend.of(node.registry.entries(), BID).orElseThrow().ending())
                .hasValue("lease expired");
        assertThat(node.apply(announce(BID)).what()).contains("announced again");
        assertThat(b()).isEqualTo(new Backend(B, 5, false, Origin.DISCOVERY));
        assertThat(node.apply(new Forget(BID)).changed()).as("revived").isFalse();
        node.apply(expire(BID));
        node.apply(new Forget(BID));
        assertThat(node.backend("web", B)).isEmpty();
        assertThat(AnnouncedBackend.all(node.registry.entries())).isEmpty();
    }

    @Test
    void aJudgementOnAnEarlierAnnouncementDoesNothing() throws Exception {
        node.apply(announce(BID, 5));
        Expire late = expire(BID);
        node.apply(announce(BID, 6));
        assertThat(node.apply(late).changed()).isFalse();
        assertThat(b().draining()).isFalse();
    }

    @Test
    void leavingTwiceOrWithoutHavingComeDoesNoHarm() throws Exception {
        assertThat(node.apply(new Leave(BID)).changed()).isFalse();
        node.apply(announce(BID));
        assertThat(node.apply(new Leave(BID)).what()).isEqualTo(BID + " drains: it has left");
        assertThat(node.apply(new Leave(BID)).changed()).isFalse();
        assertThat(b().draining()).isTrue();
        node.apply(new Forget(BID));
        assertThat(node.apply(new Leave(BID)).changed()).isFalse();
    }

    @Test
    void whatConfigOrTheOperatorWantsIsNotForgottenButDrainsOn() throws Exception {
        node.apply(announce(AID));
        node.apply(new BackendCommand.Add("web", B, Optional.empty()));
        node.apply(announce(BID));
        for (BackendId id : new BackendId[] {AID, BID}) {
            node.apply(expire(id));
            assertThat(node.apply(new Forget(id)).changed()).isFalse();
            assertThat(node.backend("web", id.url()).orElseThrow().draining()).isTrue();
            node.apply(announce(id));
            assertThat(node.backend("web", id.url()).orElseThrow().draining()).isFalse();
        }
    }

    @Test
    void whatTheOperatorResumedOverTheEndOfItsLeaseStays() throws Exception {
        node.apply(announce(BID));
        node.apply(expire(BID));
        node.apply(new BackendCommand.Resume("web", B));
        assertThat(b().draining()).isFalse();
        assertThat(node.apply(new Forget(BID)).changed()).isFalse();
    }

    @Test
    void theEndOfTheOperatorsDrainDoesNotEndTheOneOfTheLease() throws Exception {
        node.apply(announce(BID));
        node.apply(new BackendCommand.Drain("web", B, Optional.of(Duration.ofMinutes(10))));
        node.apply(expire(BID));
        String before = node.registry.topology().version();
        node.clock.step(Duration.ofMinutes(10));
        Node.await(() -> !node.registry.topology().version().equals(before));
        assertThat(b().draining()).isTrue();
        node.apply(announce(BID));
        assertThat(b().draining()).isFalse();
    }

    @Test
    void aRollbackPutsBackWhatTheOperatorSaidAndLeavesTheAnnouncement() throws Exception {
        String before = node.registry.topology().version();
        node.apply(announce(BID, 5));
        String announced = node.registry.topology().version();
        node.apply(new BackendCommand.Weight("web", B, 9));
        node.apply(new Rollback(announced));
        assertThat(b().weight()).isEqualTo(5);
        node.apply(new BackendCommand.Remove("web", B));
        node.apply(new Rollback(before));
        assertThat(b()).as("comes and goes by itself").isEqualTo(new Backend(B, 5, false, Origin.DISCOVERY));
        node.apply(expire(BID));
        node.apply(new Forget(BID));
        node.apply(new Rollback(announced));
        assertThat(node.backend("web", B)).as("long gone").isEmpty();
    }

    @Test
    void aServiceRemovedTakesItsAnnouncementsWithIt() throws Exception {
        node.apply(announce(BID));
        node.apply(new ServiceCommand.Remove("web", true));
        assertThat(AnnouncedBackend.all(node.registry.entries())).isEmpty();
    }

    @Test
    void historyNamesTheLayerThatSpoke() throws Exception {
        Node.get(node.registry.apply(announce(BID), Author.backend(Optional.of("app-7"), "via bus")));
        ChangeRecord latest = node.registry.history().changes().findFirst().orElseThrow();
        assertThat(latest.author()).isEqualTo(new Author(Origin.DISCOVERY, "app-7 via bus"));
        assertThat(latest.what()).contains("announced");
    }
}
