package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** An overheard announcement must not keep a backend that has gone; a renewal must not be taken for one. */
class ReplayedAnnouncementTest {

    private final AtomicLong millis = new AtomicLong(1_000_000);
    private final SignedCommand signer = SignedCommand.signer(Optional.of("secret"), "gyre",
            new InstantSource() {
                @Override
                public Instant instant() {
                    return Instant.ofEpochMilli(millis.get());
                }
            });
    private final LatestAnnouncements latest = new LatestAnnouncements();

    private JsonObject announcement(String url) {
        return signer.sign(new JsonObject().put("command", "backend.announce").put("service", "web")
                .put("url", url).put("ttl", "3s"));
    }

    private boolean take(JsonObject signed) {
        return latest.take(signed, signed.getJsonObject(SignedCommand.SIGNATURE).getLong(SignedCommand.AT));
    }

    @Test
    void eachCountsOnceAndNoneAfterALaterOne() {
        JsonObject first = announcement("http://a:1");
        JsonObject second = announcement("http://a:1");
        assertThat(take(first)).isTrue();
        assertThat(take(first)).isFalse();
        assertThat(take(second)).isTrue();
        assertThat(take(first)).isFalse();
    }

    @Test
    void oneBackendDoesNotSilenceAnother() {
        JsonObject early = announcement("http://b:1");
        assertThat(take(announcement("http://a:1"))).isTrue();
        assertThat(take(early)).isTrue();
    }

    @Test
    void renewalsOfTheSameMomentOrUnderAClockSetBackAreTaken() {
        assertThat(take(announcement("http://a:1"))).isTrue();
        assertThat(take(announcement("http://a:1"))).isTrue();
        millis.addAndGet(-60_000);
        assertThat(take(announcement("http://a:1"))).isTrue();
    }

    @Test
    void onlyAnnouncementsAreToldApartThisWay() {
        assertThat(LatestAnnouncements.is(announcement("http://a:1"))).isTrue();
        assertThat(LatestAnnouncements.is(new JsonObject().put("command", "backend.leave"))).isFalse();
    }

    @Test
    void renewalsTravelWithAHello() {
        JsonObject renewed = new JsonObject().put("web http://a:1", 250);
        JsonObject node = new NodeIdentity("a", "A", "m", "127.0.0.1:5701", "0.1", "5e55").toJson();
        Heartbeat heartbeat = Heartbeat.fromJson(node.copy().put("renewed", renewed)).orElseThrow();
        assertThat(heartbeat.toJson().getJsonObject("renewed")).isEqualTo(renewed);
        assertThat(Heartbeat.fromJson(node).orElseThrow().renewed()).isEmpty();
        node.remove("session");
        assertThat(Heartbeat.fromJson(node)).as("of no session").isEmpty();
    }
}
