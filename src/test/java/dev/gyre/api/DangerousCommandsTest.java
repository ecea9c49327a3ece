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
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One command must not take a site down unasked, nor a message invite to the next mistake. */
class DangerousCommandsTest {

    private Doors doors;

    @BeforeEach
    void open() throws Exception {
        doors = new Doors(web(A, B), Optional.empty());
    }

    @AfterEach
    void close() throws Exception {
        doors.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://169.254.169.254:80", "http://[::ffff:169.254.169.254]:80",
        "http://0.0.0.0:80", "http://[::]:80", "http://224.0.0.1:80", "http://[fe80::1]:80"})
    void whatNoBackendIsDoesNotBecomeOne(String url) throws Exception {
        for (JsonObject command : List.of(command("backend.add", "service", "web", "url", url),
                command("backend.announce", "service", "web", "url", url, "ttl", "10s"),
                command("service.put", "service", "web", "backends", new JsonArray().add(url)),
                command("service.put", "service", "web", "backends",
                        new JsonArray().add(new JsonObject().put("url", url))))) {
            Answer answer = doors.bus(command);
            assertThat(answer.code()).as(command.encode()).isEqualTo(400);
            assertThat(answer.refusal()).contains(url.substring(0, 10), " address (expected: the address of a"
                    + " server; \"backendNetworks\" in the config lists which may be used)");
        }
        // What an earlier version let in can still be taken out.
        assertThat(doors.bus(command("backend.remove", "service", "web", "url", url)).code()).isEqualTo(200);
    }

    @Test
    void theOnlyServiceGoesOnlyIfOneInsists() throws Exception {
        assertThat(doors.bus(command("service.remove", "service", "web"))).isEqualTo(new Answer(409, null,
                "service \"web\" is the only service: without it every request is answered 404 (put another"
                        + " service first, or insist with \"force\": true, --force)"));
        assertThat(doors.cli("service", "remove", "web", "--force"))
                .isEqualTo(new Said(0, "service \"web\" removed\n", ""));
    }

    @Test
    void aFirstRouteForSomeRequestsComesOnlyIfOneInsists() throws Exception {
        assertThat(doors.bus(command("route.put", "service", "web", "path", "/v1/*"))).isEqualTo(new Answer(
                409, null, "route */v1/* would be the first route: all requests go to \"web\" now, and those"
                + " that match no route would be answered 404 (put route */* first, or insist with"
                + " \"force\": true, --force)"));
        assertThat(doors.bus(command("route.put", "service", "web", "path", "/v1/*", "force", false)).code())
                .isEqualTo(409);
        assertThat(doors.cli("route", "put", "web", "--path", "/v1/*", "--force").exit()).isZero();
    }

    @Test
    void aFirstRouteForAllRequestsNeedsNoForceNorDoesTheNext() throws Exception {
        assertThat(doors.bus(command("route.put", "service", "web")).code()).isEqualTo(200);
        assertThat(doors.bus(command("route.put", "service", "web", "path", "/v1/*")).code()).isEqualTo(200);
    }

    /** The names are as near to those that are there as names can be. */
    @ParameterizedTest
    @ValueSource(strings = {
        "{'command':'backend.remove','service':'web','url':'http://10.0.0.5:9002'}",
        "{'command':'backend.drain','service':'web','url':'http://10.0.0.5:9002'}",
        "{'command':'backend.leave','service':'web','url':'http://10.0.0.5:9002'}",
        "{'command':'backend.remove','service':'wbe','url':'http://10.0.0.5:9001'}",
        "{'command':'backend.drain','service':'wbe','url':'http://10.0.0.5:9001'}",
        "{'command':'backend.leave','service':'wbe','url':'http://10.0.0.5:9001'}",
        "{'command':'service.remove','service':'wbe'}",
        "{'command':'service.hold','service':'wbe','for':'30s'}",
        "{'command':'route.remove','path':'/v'}",
        "{'command':'rollback','to':'VERSION'}"})
    void noGuessIsMadeAtWhatElseMayBeTakenAway(String text) throws Exception {
        assertThat(doors.bus(command("route.put", "service", "web")).code()).isEqualTo(200);
        assertThat(doors.bus(command("route.put", "service", "web", "path", "/v1")).code()).isEqualTo(200);
        String version = doors.node.registry.topology().version().replace('.', '-');
        JsonObject command = new JsonObject(text.replace('\'', '"').replace("VERSION", version));
        Answer answer = doors.bus(command);
        String said = answer.code() == 200 ? answer.reply().getString("what") : answer.refusal();
        assertThat(said).contains("no").doesNotContain("did you mean", "nearest");
    }
}
