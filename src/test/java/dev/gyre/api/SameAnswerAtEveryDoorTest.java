package dev.gyre.api;

import static dev.gyre.api.Doors.command;
import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.api.Doors.Answer;
import dev.gyre.api.Doors.Said;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bus, HTTP and command line lead to one handler: none may know or refuse what another does not. */
class SameAnswerAtEveryDoorTest {

    private Doors doors;

    @BeforeEach
    void open() throws Exception {
        doors = new Doors(web(A, B), Optional.empty());
    }

    @AfterEach
    void close() throws Exception {
        doors.close();
    }

    private void same(JsonObject command, int code, String... typed) throws Exception {
        // The first time may change something; from then on nothing does, and all must say the same.
        doors.bus(command);
        Answer bus = doors.bus(command);
        assertThat(bus.code()).as(bus.toString()).isEqualTo(code);
        assertThat(doors.http(command)).isEqualTo(bus);
        String[] raw = Arrays.copyOf(typed, typed.length + 1);
        raw[typed.length] = "--json";
        Said said = doors.cli(raw);
        assertThat(said.exit()).as(said.toString()).isEqualTo(code == 200 ? 0 : 1);
        JsonObject printed = new JsonObject(said.out());
        if (code == 200) {
            assertThat(printed).isEqualTo(bus.reply());
        } else {
            assertThat(printed.getString("detail")).isEqualTo(bus.refusal());
            assertThat(printed.getInteger("status")).isEqualTo(code);
        }
    }

    @Test
    void forEveryCommand() throws Exception {
        String a = A.toString();
        same(command("backend.add", "service", "web", "url", "http://10.0.0.9:9001", "weight", 2), 200,
                "backend", "add", "web", "http://10.0.0.9:9001", "--weight", "2");
        same(command("backend.weight", "service", "web", "url", a, "weight", 5), 200,
                "backend", "weight", "web", a, "5");
        same(command("backend.drain", "service", "web", "url", a, "ttl", "10m"), 200,
                "backend", "drain", "web", a, "--ttl=10m");
        same(command("backend.drain", "service", "web", "url", a, "wait", true, "timeout", "1s"), 200,
                "backend", "drain", "web", a, "--wait", "--timeout", "1s");
        same(command("backend.resume", "service", "web", "url", a), 200, "backend", "resume", "web", a);
        same(command("backend.announce", "service", "web", "url", "http://10.0.0.9:9002", "weight", 2, "ttl",
                "10s"), 200, "backend", "announce", "web", "http://10.0.0.9:9002", "--weight", "2", "--ttl",
                "10s");
        same(command("backend.leave", "service", "web", "url", "http://10.0.0.9:9002"), 200,
                "backend", "leave", "web", "http://10.0.0.9:9002");
        same(command("backend.reset", "service", "web", "url", a, "fields", new JsonArray().add("zone")), 200,
                "backend", "reset", "web", a, "--fields", "zone");
        same(command("backend.reset", "service", "web", "url", a), 200, "backend", "reset", "web", a);
        same(command("backend.remove", "service", "web", "url", B.toString(), "wait", true), 200,
                "backend", "remove", "web", B.toString(), "--wait");
        same(command("route.put", "service", "web", "host", "api.example.com", "path", "/v1/*",
                "force", true), 200,
                "route", "put", "web", "--host", "api.example.com", "--path", "/v1/*", "--force");
        same(command("service.put", "service", "api", "pool", new JsonObject().put("maxConnections", 100),
                "backends", new JsonArray().add(a)), 200,
                "service", "put", "api", "--pool.maxConnections", "100", "--backends", a);
        same(command("service.put", "service", "api", "timeouts", new JsonObject().put("idle", "9s")), 200,
                "service", "put", "api", "--json", "{\"timeouts\":{\"idle\":\"9s\"}}");
        same(command("service.reset", "service", "web", "fields", new JsonArray().add("pool").add("limit")),
                200, "service", "reset", "web", "--fields", "pool,limit");
        same(command("service.list"), 200, "service", "list");
        same(command("route.list"), 200, "route", "list");
        same(command("backend.list"), 200, "backend", "list");
        same(command("backend.list", "service", "web"), 200, "backend", "list", "web");
        same(command("topology.get"), 200, "topology", "get");
        same(command("node.list"), 200, "node", "list");
        same(command("service.remove", "service", "api"), 200, "service", "remove", "api");
        same(command("route.remove", "host", "api.example.com", "path", "/v1/*"), 200,
                "route", "remove", "--host", "api.example.com", "--path", "/v1/*");
        String version = doors.node.registry.topology().version();
        same(command("history"), 200, "history");
        same(command("history", "service", "api", "limit", 2), 200, "history", "api", "--limit", "2");
        same(command("diff", "from", version), 200, "diff", version);
        same(command("rollback", "to", version), 200, "rollback", version);
    }

    @Test
    void forEveryRefusal() throws Exception {
        same(command("backend.add", "service", "wbe", "url", "http://10.0.0.9:9001"), 404,
                "backend", "add", "wbe", "http://10.0.0.9:9001");
        same(command("backend.weight", "service", "web", "url", "http://10.0.0.9:9001", "weight", 2), 404,
                "backend", "weight", "web", "http://10.0.0.9:9001", "2");
        same(command("backend.announce", "service", "wbe", "url", "http://10.0.0.9:9002", "ttl", "3s"), 404,
                "backend", "announce", "wbe", "http://10.0.0.9:9002", "--ttl", "3s");
        same(command("backend.announce", "service", "web", "url", "x", "ttl", "2999ms"), 400,
                "backend", "announce", "web", "x", "--ttl", "2999ms");
        same(command("backend.leave", "service", "wbe", "url", "http://10.0.0.9:9002"), 404,
                "backend", "leave", "wbe", "http://10.0.0.9:9002");
        same(command("backend.list", "service", "nobody"), 404, "backend", "list", "nobody");
        same(command("backend.add", "service", "web", "url", "ftp://x", "weight", 1001), 400,
                "backend", "add", "web", "ftp://x", "--weight", "1001");
        same(command("backend.drain", "service", "web", "url", A.toString(), "timeout", "1s"), 400,
                "backend", "drain", "web", A.toString(), "--timeout", "1s");
        same(command("service.put", "service", "api"), 409, "service", "put", "api");
        same(command("service.remove", "service", "web"), 409, "service", "remove", "web");
        same(command("route.put", "service", "web", "path", "/v1/*"), 409, "route", "put", "web", "--path",
                "/v1/*");
        same(command("backend.reset", "service", "web", "url", "http://10.0.0.9:9001"), 404,
                "backend", "reset", "web", "http://10.0.0.9:9001");
        same(command("service.reset", "service", "wbe"), 404, "service", "reset", "wbe");
        same(command("route.reset", "path", "/v1/*"), 404, "route", "reset", "--path", "/v1/*");
        same(command("route.reset", "path", "v1"), 400, "route", "reset", "--path", "v1");
        same(command("history", "service", "wbe", "limit", 1), 404, "history", "wbe", "--limit", "1");
        same(command("history", "limit", 1001), 400, "history", "--limit=1001");
        same(command("diff", "from", "zz", "to", "yy"), 404, "diff", "zz", "yy");
        same(command("rollback", "to", "zz"), 404, "rollback", "zz");
        same(command("service.put", "service", "web", "pool", new JsonObject().put("maxQueue", -1)), 400,
                "service", "put", "web", "--json", "{\"pool\":{\"maxQueue\":-1}}");
        same(command("route.put", "service", "web", "path", "v1"), 400, "route", "put", "web", "--path",
                "v1");
    }
}
