package dev.gyre.api;

import static dev.gyre.api.Doors.command;
import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static dev.gyre.registry.Node.get;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.api.Doors.Answer;
import dev.gyre.registry.Entry;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A person must see which layer a value comes from, what it hides, and be able to hand it back. */
class LayersShownTest {

    private static final String STAMP = "019d0c4f5a00-0000-00000000000000aa";

    private Doors doors;

    @BeforeEach
    void open() throws Exception {
        doors = new Doors(web(A, B), Optional.empty());
    }

    @AfterEach
    void close() throws Exception {
        doors.close();
    }

    private JsonObject done(String name, Object... fields) throws Exception {
        Answer answer = doors.bus(command(name, fields));
        assertThat(answer.code()).as(answer.refusal()).isEqualTo(200);
        return answer.reply();
    }

    private JsonObject backend(int place) throws Exception {
        return done("backend.list").getJsonArray("backends").getJsonObject(place);
    }

    private static JsonObject from(String layer, Object value) {
        return new JsonObject().put("from", layer).put("value", value);
    }

    @Test
    void eachFieldOfABackendSaysWhereItComesFromAndWhatItHides() throws Exception {
        done("backend.weight", "service", "web", "url", A.toString(), "weight", 9);
        JsonObject weight = from("operator", 9).put("hides", new JsonArray().add(from("config", 1)));
        assertThat(backend(0).getJsonObject("fields")).isEqualTo(new JsonObject().put("weight", weight));
        assertThat(backend(1).getJsonObject("fields"))
                .isEqualTo(new JsonObject().put("weight", from("config", 1)));
        assertThat(doors.cli("backend", "list").out())
                .endsWith("\nweb/http://10.0.0.5:9001: weight 9 (operator; config 1)\n");
        assertThat(done("topology.get").getJsonObject("services").getJsonObject("web")
                .getJsonArray("backends").getJsonObject(0).getJsonObject("fields").getJsonObject("weight"))
                .isEqualTo(weight);
    }

    @Test
    void anAnnouncementIsALayerOfItsOwn() throws Exception {
        done("backend.announce", "service", "web", "url", A.toString(), "weight", 4, "ttl", "10s");
        assertThat(backend(0).getJsonObject("fields").getJsonObject("weight")).isEqualTo(
                from("discovery", 4).put("hides", new JsonArray().add(from("config", 1))));
        done("backend.weight", "service", "web", "url", A.toString(), "weight", 9);
        assertThat(doors.cli("backend", "list").out())
                .contains("weight 9 (operator; discovery 4; config 1)");
    }

    @Test
    void aDrainThatEndsByItselfSaysWhen() throws Exception {
        done("backend.drain", "service", "web", "url", A.toString(), "ttl", "10m");
        assertThat(backend(0).getJsonObject("fields").getJsonObject("draining"))
                .isEqualTo(from("operator", new JsonObject().put("until", "2026-03-01T12:10:00Z")));
        assertThat(doors.cli("topology", "get").out())
                .contains("web/http://10.0.0.5:9001: draining until 2026-03-01T12:10:00Z (operator)");
    }

    @Test
    void settingsOfAServiceAndARouteToo() throws Exception {
        done("service.put", "service", "web", "pool", new JsonObject().put("maxConnections", 78));
        assertThat(done("service.list").getJsonArray("services").getJsonObject(0).getJsonObject("fields")
                .getJsonObject("pool.maxConnections"))
                .isEqualTo(from("operator", 78).put("hides", new JsonArray().add(from("config", 512))));
        assertThat(doors.cli("service", "list").out())
                .endsWith("web: pool.maxConnections 78 (operator; config 512)\n");
        done("route.put", "service", "web", "path", "/*");
        assertThat(done("route.list").getJsonArray("routes").getJsonObject(0).getJsonObject("fields"))
                .isEqualTo(new JsonObject().put("service", from("operator", "web")));
        assertThat(doors.cli("route", "list").out()).doesNotContain("(operator");
    }

    @Test
    void whatIsRemovedOfTheConfigAndWhatIsNotUnderstoodIsNotHidden() throws Exception {
        done("backend.remove", "service", "web", "url", B.toString());
        get(doors.node.registry.merge(List.of(Entry.fromJson(new JsonObject().put("layer", "operator")
                .put("kind", "certificate").put("name", "example.com").put("fields", new JsonObject()
                        .put("pem", new JsonArray().add(STAMP).add("…")))))));
        JsonObject topology = done("topology.get");
        assertThat(topology.getJsonArray("removed")).containsExactly(
                new JsonObject().put("kind", "backend").put("name", "web " + B));
        assertThat(topology.getJsonArray("notUnderstood")).containsExactly(new JsonObject()
                .put("layer", "operator").put("kind", "certificate").put("name", "example.com")
                .put("what", "kind \"certificate\""));
        assertThat(doors.cli("topology", "get").out())
                .contains("\nremoved by the operator: backend web http://10.0.0.6:9001\n")
                .endsWith("\nnot understood, and kept: certificate example.com (operator):"
                        + " kind \"certificate\"\n");
    }

    @Test
    void aResetHandsTheFieldsNamedBackAndNoOthers() throws Exception {
        String a = A.toString();
        done("backend.weight", "service", "web", "url", a, "weight", 9);
        done("backend.drain", "service", "web", "url", a);
        doors.node.clock.step(Duration.ofSeconds(1));
        assertThat(doors.cli("backend", "reset", "web", a, "--fields", "weight").out())
                .isEqualTo("web/http://10.0.0.5:9001 handed back to config: weight 9 → 1\n");
        assertThat(backend(0).getInteger("weight")).isEqualTo(1);
        assertThat(backend(0).getString("state")).isEqualTo("draining");
        assertThat(done("history").getJsonArray("changes").getJsonObject(0).getString("who"))
                .isEqualTo("alice@laptop via http from 127.0.0.1");
        JsonObject again = done("backend.reset", "service", "web", "url", a, "fields",
                new JsonArray().add("weight"));
        assertThat(again.getBoolean("changed")).isFalse();
        assertThat(again.getString("what"))
                .isEqualTo("web/http://10.0.0.5:9001: no operator has set weight (known: draining)");
        assertThat(done("backend.reset", "service", "web", "url", a).getJsonObject("backend")
                .getString("state")).isEqualTo("up");
        assertThat(done("backend.reset", "service", "web", "url", a).getString("what"))
                .isEqualTo("web/http://10.0.0.5:9001: no operator has set anything");
    }

    @Test
    void aResetBringsBackWhatWasRemovedOfTheConfig() throws Exception {
        done("backend.remove", "service", "web", "url", B.toString());
        assertThat(done("backend.reset", "service", "web", "url", B.toString()).getString("what"))
                .isEqualTo("web/http://10.0.0.6:9001 handed back to config: its removal");
        assertThat(backend(1).getString("state")).isEqualTo("up");
    }

    @Test
    void whatConfigDoesNotDeclareCannotBeHandedBack() throws Exception {
        done("backend.add", "service", "web", "url", "http://10.0.0.9:9001");
        Answer own = doors.bus(command("backend.reset", "service", "web", "url", "http://10.0.0.9:9001"));
        assertThat(own).isEqualTo(new Answer(409, null, "web/http://10.0.0.9:9001 was added by command, and"
                + " config does not declare it: there is nothing to hand it back to"));
        assertThat(doors.bus(command("service.reset", "service", "wbe")).refusal())
                .isEqualTo("config declares no service \"wbe\" (known: web)");
        Answer nowhere = doors.bus(command("backend.reset", "service", "web", "url", "http://10.0.0.7:1"));
        assertThat(nowhere.refusal())
                .isEqualTo("config declares no web/http://10.0.0.7:1 (known: " + A + ", " + B + ")");
        assertThat(doors.bus(command("backend.reset", "service", "web", "url", A.toString(), "fields",
                new JsonArray())).refusal())
                .isEqualTo("fields: [] (expected: at least one name; without \"fields\" all are meant)");
        assertThat(doors.bus(command("backend.reset", "service", "web", "url", A.toString(), "fields",
                new JsonArray().add(5))).refusal())
                .isEqualTo("fields: 5 (expected: names of fields, e.g. \"weight\")");
    }
}
