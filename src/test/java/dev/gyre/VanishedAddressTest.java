package dev.gyre;

import static dev.gyre.NamedBackends.address;
import static dev.gyre.NamedBackends.listed;
import static dev.gyre.NamedBackends.row;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.DnsServer;
import dev.gyre.kit.Gate;
import dev.gyre.kit.Load;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What happens to requests when the answer of a name server changes, and when it only looks different. */
class VanishedAddressTest {

    private static final JsonObject ONE_TRY = GyreNode.oneTry();

    private final NamedBackends backends = new NamedBackends(3);

    @AfterEach
    void close() {
        backends.close();
    }

    private int requests(int index) {
        return backends.origins.get(index).requests().size();
    }

    @Test
    void noRequestIsLostWhileAddressesComeAndGo() throws Exception {
        backends.stand(0, 1);
        try (GyreNode node = backends.node(ONE_TRY); Load load = Load.of(node.port(), 16)) {
            for (int round = 0; round < 4; round++) {
                int gone = round % 3;
                int come = (round + 2) % 3;
                Await.until("both serve", () -> listed(node).size() == 2);
                backends.stand((round + 1) % 3, come);
                Await.until("the other one has gone", () -> row(node, gone).isEmpty()
                        && !row(node, come).isEmpty());
                int before = requests(come);
                int last = requests(gone);
                Await.until("the new one serves", () -> requests(come) > before + 50);
                assertThat(requests(gone)).as("who has gone gets nothing").isEqualTo(last);
            }
            load.stop();
            assertThat(load.failures()).isEmpty();
        }
    }

    @Test
    void whatIsInFlightAtAVanishedAddressIsFinished() throws Exception {
        Gate gate = new Gate();
        DnsServer dns = backends.dns;
        try (Origin held = Origin.at(InetAddress.getByName("127.0.0.9"), backends.port(), exchange -> {
            gate.pass();
            exchange.respond(200, "held");
        })) {
            dns.says(NamedBackends.NAME, 60, "127.0.0.9");
            try (GyreNode node = backends.node(ONE_TRY); Wire client = Wire.to(node.port()).get("/")) {
                Await.until("in flight", () -> held.requests().size() == 1);
                backends.stand(0);
                Await.until("it is on its way out", () -> NamedBackends.rows(node).stream()
                        .anyMatch(row -> "127.0.0.9".equals(row.getString("address"))
                                && row.getString("state").equals("removing")
                                && row.getInteger("inFlight") == 1));
                assertThat(NamedBackends.get(node).body()).isEqualTo(address(0));
                gate.open();
                assertThat(client.readAnswer().body()).isEqualTo("held");
                Await.until("it has gone", () -> listed(node).equals(List.of(address(0))));
                Await.until("its connection is closed", () -> held.openNow() == 0);
            }
        }
    }

    @Test
    void theOrderOfTheRecordsChangesNothing() throws Exception {
        backends.stand(0, 1, 2);
        try (GyreNode node = backends.node(ONE_TRY); Wire client = Wire.to(node.port())) {
            for (int i = 0; i < 30; i++) {
                client.get("/").readAnswer();
                backends.stand(i % 3, (i + 1) % 3, (i + 2) % 3);
                if (i % 10 == 0) {
                    backends.lookedUp();
                }
            }
            assertThat(IntStream.range(0, 3).map(this::requests)).as("nobody's turn begins anew")
                    .containsOnly(10);
            assertThat(backends.origins).as("and no connection").allMatch(origin -> origin.accepted() == 1);
            assertThat(row(node, 0).getInteger("requests")).isEqualTo(10);
        }
    }

    @Test
    void whoStaysKeepsItsConnectionsAndCounters() throws Exception {
        backends.stand(0, 1);
        try (GyreNode node = backends.node(ONE_TRY); Wire client = Wire.to(node.port())) {
            for (int i = 0; i < 10; i++) {
                client.get("/").readAnswer();
            }
            backends.stand(0, 2);
            Await.until("the other one is there", () -> !row(node, 2).isEmpty() && row(node, 1).isEmpty());
            client.get("/").readAnswer();
            client.get("/").readAnswer();
            assertThat(row(node, 0).getInteger("requests")).isEqualTo(6);
            assertThat(backends.origins.get(0).accepted()).isEqualTo(1);
        }
    }

    /**
     * The clock is the test's subject: between two questions lies the record's own time to live. A question
     * comes later than the last look that saw nothing of it, and before the first that did.
     */
    @Test
    void aNameIsLookedUpWhenItsTimeIsUpAndNotBefore() throws Exception {
        backends.dns.says(NamedBackends.NAME, 2, address(0));
        JsonObject resolver = backends.resolver();
        resolver.getJsonObject("resolver").put("timeout", "10s").remove("maxTtl");
        AtomicLong notYet = new AtomicLong(System.nanoTime());
        try (GyreNode node = GyreNode.before(resolver, ONE_TRY, backends.url())) {
            for (int number = 2; number <= 3; number++) {
                long before = notYet.get();
                awaitQuestion(number, notYet);
                assertThat(Duration.ofNanos(System.nanoTime() - before)).as("before question %d", number)
                        .isGreaterThanOrEqualTo(Duration.ofSeconds(2));
            }
            assertThat(row(node, 0).getJsonObject("dns").getString("ttl")).isEqualTo("2s");
        }
    }

    /** @param notYet is set to the last look that saw nothing of it, by {@link System#nanoTime} */
    private void awaitQuestion(int number, AtomicLong notYet) throws Exception {
        Await.until("question " + number, () -> {
            long now = System.nanoTime();
            boolean asked = backends.dns.asked("A " + NamedBackends.NAME) >= number;
            if (!asked) {
                notYet.set(now);
            }
            return asked;
        });
    }

    @Test
    void aHeldServiceStaysHeldWhenItsAddressesChange() throws Exception {
        backends.stand(0);
        try (GyreNode node = backends.node(new JsonObject())) {
            node.command(new JsonObject().put("command", "service.hold").put("service", "web")
                    .put("for", "60s"));
            try (Wire client = Wire.to(node.port()).get("/")) {
                backends.stand(1);
                Await.until("the address has changed", () -> !row(node, 1).isEmpty());
                assertThat(row(node, 1).getString("heldUntil")).isNotEmpty();
                assertThat(requests(0) + requests(1)).isZero();
                node.command(new JsonObject().put("command", "service.release").put("service", "web"));
                assertThat(client.readAnswer().body()).isEqualTo(address(1));
            }
        }
    }

    @Test
    void twoNamesMayShareAnAddress() throws Exception {
        backends.stand(0, 1);
        backends.dns.says("other.test.", 60, address(0));
        String other = "http://other.test:" + backends.port();
        JsonObject service = new JsonObject().put("backends", new JsonArray().add(backends.url()).add(other));
        try (GyreNode node = GyreNode.start(backends.resolver().put("services",
                new JsonObject().put("web", service)))) {
            assertThat(NamedBackends.rows(node).stream().map(row -> row.getString("url") + " "
                    + row.getString("address"))).containsExactly(backends.url() + " " + address(0),
                    backends.url() + " " + address(1), other + " " + address(0));
            backends.stand(1);
            Await.until("one has gone", () -> listed(node).size() == 2);
            assertThat(listed(node)).containsExactly(address(1), address(0));
        }
    }
}
