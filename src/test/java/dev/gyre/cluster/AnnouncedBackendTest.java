package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.config.Settings.ClusterSettings;
import dev.gyre.kit.Await;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Command;
import dev.gyre.kit.Gate;
import dev.gyre.kit.Load;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Place;
import dev.gyre.samples.AnnouncingBackend;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backends that come and go by themselves, at nodes that do so too. */
class AnnouncedBackendTest {

    private static final Duration TTL = Duration.ofSeconds(5);
    private static final String TTL_TEXT = TTL.toSeconds() + "s";
    private static final Duration BEAT = Duration.ofMillis(500);
    /** Longer than a node waits that may have missed a renewal. */
    private static final Duration RENEWING = TTL.multipliedBy(3).plusMillis(2_500);
    private static final int SILENT_GUESTS = 8;

    @TempDir
    Path directory;

    private final Gate gate = new Gate();
    private final Origin steady = Origin.saying("hello").withoutRecording();
    /** Holds back what is asked for under /held. */
    private final Origin guest = Origin.of(exchange -> {
        if (exchange.request().startLine().contains("/held")) {
            gate.pass();
        }
        exchange.respond(200, "hello");
    });

    @AfterEach
    void close() {
        gate.open();
        steady.close();
        guest.close();
    }

    /** The guest, and some without traffic, so that it is no one node's lot to watch over all. */
    private void announce(ClusterNode node) throws Exception {
        node.admin().command(Command.backend("announce", guest.url(), "ttl", TTL_TEXT));
        for (int i = 0; i < SILENT_GUESTS; i++) {
            node.admin().command(Writer.spare("announce", "http://10.6.0." + i + ":1", "ttl", TTL_TEXT));
        }
    }

    private boolean allUp(ClusterNode node) throws Exception {
        announce(node);
        return row(node).filter(row -> row.getString("state").equals("up")).isPresent()
                && node.backends("spare").values().stream()
                        .allMatch(row -> row.getString("state").equals("up"));
    }

    /** Renews for long enough; false if the machine stood still for so long that a lease may have ended. */
    private boolean renewed(ClusterNode node) throws Exception {
        long begun = System.nanoTime();
        long last = begun;
        while (last - begun < RENEWING.toNanos()) {
            Await.pass(BEAT);
            announce(node);
            if (System.nanoTime() - last > TTL.toNanos() / 2) {
                return false;
            }
            last = System.nanoTime();
        }
        return true;
    }

    private Optional<JsonObject> row(ClusterNode node) throws Exception {
        return node.admin().backends().stream()
                .filter(row -> row.getString("url").equals(guest.url())).findFirst();
    }

    private void assertUp(ClusterNode node) throws Exception {
        assertThat(row(node)).as("at %s", node).hasValueSatisfying(row -> {
            assertThat(row.getString("state")).isEqualTo("up");
            assertThat(row.getString("origin")).isEqualTo("discovery");
            assertThat(row.getString("ttl")).isEqualTo(TTL_TEXT);
        });
    }

    /** Requests until one of them waits at the guest. */
    private void occupy(ClusterNode node) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + node.listener().host() + ":"
                + node.listener().port() + "/held")).build();
        Await.until("a request held at the guest", () -> {
            client.sendAsync(request, BodyHandlers.discarding());
            return guest.requests().stream().anyMatch(head -> head.startLine().contains("/held"));
        });
    }

    @Test
    void itStaysWhileItRenewsAtAnyNodeAndIsDrainedBeforeItIsForgotten() throws Exception {
        try (ClusterNodes nodes = ClusterNodes.onLoopback(directory, 3, steady).start()) {
            announce(nodes.node(0));
            nodes.awaitSameView();
            nodes.node(0).kill();
            try (Load one = nodes.node(1).load(4, 50); Load two = nodes.node(2).load(4, 50)) {
                AtomicReference<JsonObject> view = new AtomicReference<>();
                Await.until("renewals without a gap", () -> {
                    Await.until("up", () -> allUp(nodes.node(1)));
                    view.set(nodes.node(1).view());
                    return renewed(nodes.node(1));
                });
                assertUp(nodes.node(1));
                assertUp(nodes.node(2));
                assertThat(nodes.node(2).backends("spare").values()).hasSize(SILENT_GUESTS)
                        .allMatch(row -> row.getString("state").equals("up"));
                assertThat(nodes.node(1).view()).as("renewals write nothing").isEqualTo(view.get());
                occupy(nodes.node(1));
                for (int node = 1; node <= 2; node++) {
                    ClusterNode at = nodes.node(node);
                    Await.until("draining at " + at, () -> row(at).orElseThrow().getString("state")
                            .equals("draining"));
                    assertThat(row(at).orElseThrow().getString("ending")).isEqualTo("lease expired");
                }
                gate.open();
                for (int node = 1; node <= 2; node++) {
                    ClusterNode at = nodes.node(node);
                    Await.until("gone at " + at, () -> !at.backends("web").containsKey(guest.url())
                            && at.backends("spare").isEmpty());
                }
                one.stop();
                two.stop();
                assertThat(one.failures()).isEmpty();
                assertThat(two.failures()).isEmpty();
            }
        }
    }

    @Test
    void theSampleComesGetsRequestsAndLeavesWithoutLosingOne() throws Exception {
        try (ClusterNodes nodes = ClusterNodes.onLoopback(directory, 2, steady).start();
             Load load = Load.of(nodes.all().stream().map(ClusterNode::listener).toList(), 8, 100)) {
            String host = Place.ownAddress();
            Vertx bus = BusMember.join(new ClusterSettings(ClusterNodes.NAME, host, 5701, 0,
                    nodes.all().stream().map(node -> node.place().cluster()).toList(),
                    Optional.of("secret-of-the-test"), Optional.empty())).await();
            try {
                String id = bus.deployVerticle(new AnnouncingBackend(host, SignedCommand.signer(
                        Optional.of("secret-of-the-test"), ClusterNodes.NAME, InstantSource.system())))
                        .await();
                for (ClusterNode node : nodes.all()) {
                    Await.until("requests from " + node, () -> guests(node).stream()
                            .anyMatch(row -> row.getInteger("requests") > 20));
                }
                bus.undeploy(id).await();
                for (ClusterNode node : nodes.all()) {
                    Await.until("gone at " + node, () -> guests(node).isEmpty());
                }
            } finally {
                bus.close().await();
            }
            load.stop();
            assertThat(load.failures()).isEqualTo(Map.of());
        }
    }

    private static List<JsonObject> guests(ClusterNode node) throws Exception {
        return node.admin().backends().stream()
                .filter(row -> "discovery".equals(row.getString("origin"))).toList();
    }
}
