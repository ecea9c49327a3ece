package dev.gyre.api;

import static dev.gyre.api.Doors.command;
import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.get;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.api.AdminConnections.Bounds;
import dev.gyre.kit.Await;
import dev.gyre.kit.Wire;
import dev.gyre.model.BackendUrl;
import dev.gyre.registry.BackendCommand;
import dev.gyre.registry.Node;
import dev.gyre.registry.ServiceCommand;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever the admin port is asked, it tells meanwhile that the node lives. */
class BusyAdminPortTest {

    private static final String LONG = "x".repeat(900_000);
    private Doors doors;

    @BeforeEach
    void open() throws Exception {
        doors = new Doors(web(A), Optional.empty());
    }

    @AfterEach
    void close() throws Exception {
        doors.close();
    }

    @Test
    void aCommandThatTakesLongHoldsUpNothingElse() throws Exception {
        CountDownLatch enough = new CountDownLatch(1);
        doors.holding = Optional.of(enough);
        try (Wire busy = Wire.to(doors.server.port()); Wire other = Wire.to(doors.server.port())) {
            busy.write("GET /api/backends HTTP/1.1\r\nHost: localhost\r\n\r\n");
            Await.until("a listing holds its thread", () -> doors.held.get() == 1);
            for (String path : List.of("/live", "/ready")) {
                other.write("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
                assertThat(other.readAnswer().status()).as(path).isEqualTo(200);
            }
            assertThat(doors.bus(command("backend.weight", "service", "web", "url", A.toString(), "weight",
                    7)).code()).as("a change").isEqualTo(200);
            enough.countDown();
            assertThat(busy.readAnswer().status()).isEqualTo(200);
        } finally {
            enough.countDown();
        }
    }

    @Test
    void aFloodOfConnectionsShutsOutNoProbe() throws Exception {
        List<Wire> flood = new ArrayList<>();
        try {
            for (int i = 0; i < Bounds.DEFAULT.most() * 2; i++) {
                flood.add(Wire.to(doors.server.port()).write("GET /live HTTP/1.1\r\nHost: loc"));
            }
            try (Wire probe = Wire.to(doors.server.port())) {
                probe.write("GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n");
                assertThat(probe.readAnswer().status()).isEqualTo(200);
            }
        } finally {
            for (Wire wire : flood) {
                wire.close();
            }
        }
    }

    /** Each setting is compared with all others, so that so many took minutes. */
    @Test
    void aPolicyOfTensOfThousandsOfSettingsIsRefusedUnread() throws Exception {
        JsonObject many = new JsonObject();
        for (int i = 0; i < 60_000; i++) {
            many.put("k" + i, 1);
        }
        for (String part : List.of("pool", "retry", "health", "timeouts")) {
            Doors.Answer answer = doors.http(command("service.put", "service", "web", part, many));
            assertThat(answer.code()).isEqualTo(400);
            assertThat(answer.refusal()).contains(part + ": 60001 settings (expected: at most 200");
        }
    }

    @Test
    void longWordsAreNotLikenedNorRepeated() throws Exception {
        List<JsonObject> commands = List.of(command(LONG),
                command("backend.list", LONG, 1),
                command("backend.list", "service", LONG),
                command("backend.add", "service", "web", "url", "http:" + "/".repeat(900_000)),
                command("backend.add", "service", "web", "url", LONG),
                command("backend.add", "service", "web", "url", A.toString(), "by", LONG),
                command("backend.add", "service", "web", "url", A.toString(), "zone", LONG),
                command("backend.add", "service", "web", "url", A.toString(), "weight", LONG),
                command("backend.announce", "service", "web", "url", A.toString(), "ttl", LONG),
                command("history", "service", LONG),
                command("rollback", "to", LONG), command("diff", "from", LONG),
                command("service.put", "service", LONG),
                command("service.put", "service", "web", "balance", LONG),
                command("service.put", "service", "web", "retry", new JsonObject().put(LONG, 1)),
                command("route.put", "service", LONG), command("route.put", "service", "web", "host", LONG),
                command("route.put", "service", "web", "path", "/" + LONG),
                command("route.put", "service", "web", "priority", LONG));
        for (JsonObject command : commands) {
            for (Doors.Answer answer : List.of(doors.http(command), doors.bus(command))) {
                String shown = command.encode().substring(0, 60);
                assertThat(answer.code()).as(shown).isBetween(400, 404);
                assertThat(answer.refusal()).as(shown).hasSizeLessThan(10_000);
            }
        }
    }

    @Test
    void ofManyMistakesTheFirstAreTold() throws Exception {
        JsonArray backends = new JsonArray(IntStream.range(0, 100_000).mapToObj(i -> (Object) i).toList());
        String refusal = doors.http(command("service.put", "service", "web", "backends", backends)).refusal();
        assertThat(refusal).startsWith("backends[0]: 0 (expected: ").contains("; backends[49]: 49 ")
                .endsWith("; and 99950 more mistakes");
    }

    @Test
    void aListingOfManyBackendsArrivesWhole() throws Exception {
        Map<BackendUrl, BackendCommand.Wish> many = new TreeMap<>();
        IntStream.range(0, 20_000).forEach(i ->
                many.put(new BackendUrl("10.1." + i / 250 + "." + i % 250, 80), BackendCommand.Wish.NONE));
        get(doors.node.registry.apply(new ServiceCommand.Put("web", new JsonObject(), many), Node.AUTHOR));
        List<CompletableFuture<HttpResponse<String>>> lists = new ArrayList<>();
        for (String path : List.of("/api/backends", "/api/topology", "/api/services")) {
            lists.add(doors.client.sendAsync(doors.request(path).build(),
                    HttpResponse.BodyHandlers.ofString()));
        }
        for (CompletableFuture<HttpResponse<String>> list : lists) {
            JsonObject json = new JsonObject(list.get().body());
            assertThat(json.encode()).contains("\"http://10.1.79.249:80\"");
        }
    }
}
