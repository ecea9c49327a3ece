package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.config.Settings.ClusterSettings;
import dev.gyre.kit.Await;
import dev.gyre.kit.Place;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.core.spi.cluster.RegistrationUpdateEvent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Members that lose sight of a subscription while both are up find it again. */
class LostSubscriptionsTest {

    private static final String MAP = "__vertx.subs";
    private static final String NEWS = "news";
    private static final String GIVEN_UP = "given up";

    private final Set<Object> heard = ConcurrentHashMap.newKeySet();
    private final String known = Place.ownAddress();
    private final Subscriptions speaking = member(known);
    private final Vertx speaker = vertx(known, speaking);
    private final String other = Place.ownAddress();
    private final Subscriptions listening = member(other);
    private final Vertx listener = vertx(other, listening);
    private int said;

    private Subscriptions member(String host) {
        return new Subscriptions(MemberConfig.of(new ClusterSettings("lost-" + known, host, 5701, 0,
                List.of(known), Optional.empty(), Optional.empty())));
    }

    /** One that refreshes nothing by itself. */
    private static Vertx vertx(String host, Subscriptions member) {
        EventBusOptions bus = new EventBusOptions().setHost(host);
        return Vertx.builder().with(new VertxOptions().setEventBusOptions(bus)).withClusterManager(member)
                .buildClustered().await();
    }

    @BeforeEach
    void begin() throws Exception {
        listener.eventBus().consumer(NEWS, message -> heard.add(message.body())).completion().await();
        Await.until("the speaker is heard", this::isHeard);
    }

    @AfterEach
    void close() {
        listener.close().await();
        speaker.close().await();
    }

    /** Whether what is said now arrives; on loopback a fifth of a second is long. */
    private boolean isHeard() throws InterruptedException {
        int number = said++;
        speaker.eventBus().publish(NEWS, number);
        for (int i = 0; i < 50 && !heard.contains(number); i++) {
            Await.pass(Duration.ofMillis(4));
        }
        return heard.contains(number);
    }

    @Test
    void anEventThatWasMissedIsMadeUpFor() throws Exception {
        RegistrationInfo itself = new RegistrationInfo(speaking.getNodeId(), 1, false);
        speaking.listener().registrationsUpdated(new RegistrationUpdateEvent(NEWS, List.of(itself)));
        assertThat(isHeard()).as("heard by a member that the speaker does not know of").isFalse();
        speaker.runOnContext(v -> speaking.refresh());
        Await.until("heard again", this::isHeard);
    }

    @Test
    void anEntryThatWasLostIsSaidAnew() throws Exception {
        speaking.getHazelcastInstance().getMultiMap(MAP).remove(NEWS);
        Await.until("the speaker knows nobody", () -> !isHeard());
        listener.runOnContext(v -> listening.refresh());
        Await.until("heard again", this::isHeard);
    }

    @Test
    void whoGivesUpASubscriptionMeanwhileDoesNotGetItBack() throws Exception {
        for (int i = 0; i < 20; i++) {
            MessageConsumer<?> given = listener.eventBus().consumer(GIVEN_UP, message -> { });
            given.completion().await();
            listener.runOnContext(v -> listening.refresh());
            given.unregister().await();
        }
        Await.until("it is not in the map any more", () ->
                !speaking.getHazelcastInstance().getMultiMap(MAP).containsKey(GIVEN_UP));
    }
}
