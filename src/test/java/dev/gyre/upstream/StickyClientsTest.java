package dev.gyre.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A client whose session lives on one backend loses it when it is sent elsewhere without need. */
class StickyClientsTest {

    private final Map<String, Origin> origins =
            Map.of("a", Origin.saying("a"), "b", Origin.saying("b"), "c", Origin.saying("c"));
    private GyreNode node;
    private Wire client;

    @BeforeEach
    void start() throws Exception {
        node = node("s3cret", "{'cookie':'keep','ttl':'1h'}");
        client = Wire.to(node.port());
    }

    private GyreNode node(String secret, String sticky) {
        JsonArray urls = new JsonArray();
        origins.values().forEach(origin -> urls.add(origin.url()));
        return GyreNode.start(new JsonObject().put("sticky", new JsonObject().put("secret", secret))
                .put("services", new JsonObject().put("web", new JsonObject().put("backends", urls)
                        .put("sticky", new JsonObject(sticky.replace('\'', '"'))))));
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        node.close();
        origins.values().forEach(Origin::close);
    }

    @Test
    void theCookieKeepsTheBackendAndTellsNothingOfIt() throws Exception {
        Wire.Answer first = get("");
        String cookie = first.head().first("Set-Cookie").orElseThrow();
        assertThat(cookie).matches("keep=[A-Za-z0-9_-]{22}; Path=/; HttpOnly; SameSite=Lax; Max-Age=3600");
        for (int i = 0; i < 10; i++) {
            Wire.Answer next = get("theme=dark; " + pair(cookie) + "; x=y");
            assertThat(next.body()).isEqualTo(first.body());
            assertThat(next.head().first("Set-Cookie")).isEmpty();
        }
    }

    @Test
    void clientsWithoutTheCookieAreSpread() throws Exception {
        Set<String> answers = new HashSet<>();
        Set<String> cookies = new HashSet<>();
        for (int i = 0; i < 6; i++) {
            Wire.Answer answer = get("");
            answers.add(answer.body());
            cookies.add(answer.head().first("Set-Cookie").orElseThrow());
        }
        assertThat(answers).hasSize(3);
        assertThat(cookies).hasSize(3);
    }

    @Test
    void aDrainingBackendServesItsOwnClientsAndNoOther() throws Exception {
        Wire.Answer first = get("");
        String cookie = pair(first.head().first("Set-Cookie").orElseThrow());
        command("backend.drain", first.body());
        for (int i = 0; i < 6; i++) {
            assertThat(get(cookie).body()).isEqualTo(first.body());
            assertThat(get("").body()).isNotEqualTo(first.body());
        }
        // Its connection is kept meanwhile.
        assertThat(origins.get(first.body()).accepted()).isLessThanOrEqualTo(2);
    }

    @Test
    void theClientsOfABackendThatIsGoneGetAnother() throws Exception {
        Wire.Answer first = get("");
        String cookie = pair(first.head().first("Set-Cookie").orElseThrow());
        command("backend.remove", first.body());
        Wire.Answer next = get(cookie);
        assertThat(next.status()).isEqualTo(200);
        assertThat(next.body()).isNotEqualTo(first.body());
        String other = pair(next.head().first("Set-Cookie").orElseThrow());
        assertThat(get(other).body()).isEqualTo(next.body());
    }

    @Test
    void aCookieOfAnotherSecretOrOfNobodyIsReplaced() throws Exception {
        try (GyreNode stranger = node("other", "{'cookie':'keep'}"); Wire wire = Wire.to(stranger.port())) {
            String foreign = pair(get(wire, "").head().first("Set-Cookie").orElseThrow());
            assertThat(get(foreign).head().first("Set-Cookie")).isPresent();
        }
        for (String forged : List.of("keep=", "keep=http://127.0.0.1", "keep", "keep=" + "A".repeat(22))) {
            assertThat(get(forged).head().first("Set-Cookie")).as(forged).isPresent();
        }
    }

    /** A browser sends one for each path and domain, the narrower first; one of them may be out of date. */
    @Test
    void ofSeveralCookiesTheFirstThatNamesABackendCounts() throws Exception {
        Wire.Answer first = get("");
        String cookie = pair(first.head().first("Set-Cookie").orElseThrow());
        for (String several : List.of("keep=" + "A".repeat(22) + "; " + cookie, "keep=;;" + cookie + ";",
                "keep=old\r\nCookie: a=b;" + cookie)) {
            for (int i = 0; i < 4; i++) {
                Wire.Answer next = get(several);
                assertThat(next.body()).as(several).isEqualTo(first.body());
                assertThat(next.head().first("Set-Cookie")).isEmpty();
            }
        }
    }

    @Test
    void nodesWithTheSameSecretKnowEachOthersCookies() throws Exception {
        Wire.Answer first = get("");
        String cookie = pair(first.head().first("Set-Cookie").orElseThrow());
        try (GyreNode other = node("s3cret", "{'cookie':'keep'}"); Wire wire = Wire.to(other.port())) {
            for (int i = 0; i < 4; i++) {
                assertThat(get(wire, cookie).body()).isEqualTo(first.body());
            }
        }
    }

    private void command(String name, String origin) {
        node.command(new JsonObject().put("command", name).put("service", "web")
                .put("url", origins.get(origin).url()));
    }

    private Wire.Answer get(String cookie) throws Exception {
        return get(client, cookie);
    }

    private static Wire.Answer get(Wire wire, String cookie) throws Exception {
        String field = Optional.of(cookie).filter(text -> !text.isEmpty())
                .map(text -> "Cookie: " + text + "\r\n").orElse("");
        return wire.write("GET / HTTP/1.1\r\nHost: example.com\r\n" + field + "\r\n").readAnswer();
    }

    private static String pair(String setCookie) {
        return setCookie.substring(0, setCookie.indexOf(';'));
    }
}
