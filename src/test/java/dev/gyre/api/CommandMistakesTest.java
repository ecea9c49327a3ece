package dev.gyre.api;

import static dev.gyre.api.Doors.command;
import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.api.Doors.Answer;
import io.vertx.core.json.JsonArray;
import dev.gyre.model.BackendUrl;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A person who mistypes a command is told what was found, what was expected and what was probably meant. */
class CommandMistakesTest {

    private Doors doors;

    @BeforeEach
    void open() throws Exception {
        doors = new Doors(web(A), Optional.empty());
    }

    @AfterEach
    void close() throws Exception {
        doors.close();
    }

    private void malformed(Object body, String message) throws Exception {
        assertThat(doors.bus(body)).isEqualTo(new Answer(400, null, message));
    }

    @Test
    void whatIsNoJsonObject() throws Exception {
        String message = "the body is no JSON object (expected: {\"command\":\"backend.list\"} or the like)";
        malformed("backend.list", message);
        malformed(new JsonArray(), message);
        malformed(null, message);
        malformed(7, message);
    }

    @Test
    void commandsUnknownMissingOrOfAnotherType() throws Exception {
        assertThat(doors.bus(command("backend.ad")).refusal())
                .startsWith("command: \"backend.ad\" is unknown (did you mean \"backend.add\"? known: "
                + "backend.add, ");
        assertThat(doors.bus(new JsonObject()).refusal())
                .startsWith("command: missing (known: backend.add, ");
        assertThat(doors.bus(new JsonObject().put("command", 5)).refusal())
                .startsWith("command: 5 is unknown (known: ");
    }

    @Test
    void everyWrongFieldAtOnce() throws Exception {
        malformed(command("backend.add", "servcie", "web", "url", 5, "weight", "1"),
                "service: missing (expected: the name of a service); "
                        + "url: 5 (expected: http://host:port, https://host:port or unix:/path); "
                        + "weight: \"1\" (expected: 1..1000); "
                        + "servcie: unknown field (did you mean \"service\"? known: by, command, service, "
                        + "url, weight, zone)");
    }

    @Test
    void weights() throws Exception {
        for (Object weight : new Object[] {0, 1001, 1.5, -3, 99_999_999_999L}) {
            malformed(command("backend.weight", "service", "web", "url", A.toString(), "weight", weight),
                    "weight: " + weight + " (expected: 1..1000)");
        }
        malformed(command("backend.weight", "service", "web", "url", A.toString()),
                "weight: missing (expected: 1..1000)");
    }

    @Test
    void durationsAndFlags() throws Exception {
        malformed(command("backend.drain", "service", "web", "url", A.toString(), "ttl", "0s", "wait", "yes",
                        "timeout", 30),
                "ttl: \"0s\" (expected: a duration such as \"30s\" or \"10m\", 1ms..8760h); "
                        + "wait: \"yes\" (expected: true or false); "
                        + "timeout: 30 (expected: a duration such as \"30s\" or \"10m\", 0s..24h)");
    }

    @Test
    void announcementsWithoutATimeOrWithTooShortAOne() throws Exception {
        String expected = " (expected: a duration such as \"30s\" or \"10m\", 3s..24h)";
        malformed(command("backend.announce", "service", "web", "url", A.toString()),
                "ttl: missing" + expected);
        malformed(command("backend.announce", "service", "web", "url", A.toString(), "ttl", "2s"),
                "ttl: \"2s\"" + expected);
        malformed(command("backend.announce", "service", "web", "url", A.toString(), "ttl", 10_000),
                "ttl: 10000" + expected);
    }

    @Test
    void urlsOfBackends() throws Exception {
        assertThat(doors.bus(command("backend.add", "service", "web", "url", "h2c://10.0.0.1:80"))
                .refusal())
                .isEqualTo("url: \"h2c://10.0.0.1:80\" (expected: " + BackendUrl.FORMS
                        + ", without path or query)");
        assertThat(doors.bus(command("backend.add", "service", "web", "url", "http://10.0.0.1:1/x"))
                .refusal())
                .contains("without path or query");
    }

    @Test
    void namesOfServicesAndBackendsOfAPut() throws Exception {
        Answer answer = doors.bus(command("service.put", "service", "a b", "backends",
                new JsonArray().add("nonsense").add(5).add(new JsonObject().put("ulr", "http://x"))));
        assertThat(answer.code()).isEqualTo(400);
        assertThat(answer.refusal()).contains("service: \"a b\" cannot name a service", "backends[0]: ",
                "backends[1]: 5 (expected: ", "backends[2].url: missing", "did you mean \"url\"?");
    }

    @Test
    void listsTakeNoOtherFields() throws Exception {
        malformed(command("route.list", "service", "web"), "service: unknown field (known: by, command)");
    }
}
