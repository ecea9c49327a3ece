package dev.gyre.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

/** What a person is told of names: what each stands for, and since when that cannot be known any more. */
class ResolvedNamesShownTest {

    private static JsonObject row(String url, String state) {
        return new JsonObject().put("service", "web").put("url", url).put("weight", 1).put("state", state);
    }

    private static JsonObject failing(JsonObject row) {
        return row.put("dns", new JsonObject().put("state", "failing").put("since", "2026-01-01T00:00:00Z")
                .put("reason", "SERVFAIL from 10.0.0.53:53"));
    }

    private static String list(JsonObject... rows) {
        JsonArray backends = new JsonArray();
        for (JsonObject row : rows) {
            backends.add(row);
        }
        return text("backend.list", new JsonObject().put("backends", backends));
    }

    private static String text(String command, JsonObject reply) {
        try {
            return CliText.of(command, Row.of(Json.parse(reply.encode())));
        } catch (Json.Malformed e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void addressesHaveAColumnWhereThereAreNames() {
        String app = "http://app.test:80";
        String text = list(row("http://10.0.0.9:80", "up"), row(app, "up").put("address", "10.0.0.1"));
        assertThat(text.lines().toList().get(0)).startsWith("service  url                 address   weight");
        assertThat(text.lines().toList().get(1)).startsWith("web      http://10.0.0.9:80  -");
        assertThat(text.lines().toList().get(2)).startsWith("web      http://app.test:80  10.0.0.1");
        assertThat(list(row("http://10.0.0.9:80", "up"))).doesNotContain("address");
    }

    @Test
    void aNameThatFailsIsToldOnce() {
        String app = "http://app.test:80";
        assertThat(list(failing(row(app, "up").put("address", "10.0.0.1")),
                failing(row(app, "up").put("address", "10.0.0.2")),
                failing(row("http://typo.test:80", "unresolved"))).lines().skip(4)).containsExactly(
                "web/http://app.test:80 cannot be resolved since 2026-01-01T00:00:00Z: "
                        + "SERVFAIL from 10.0.0.53:53; the last good addresses stay",
                "web/http://typo.test:80 cannot be resolved since 2026-01-01T00:00:00Z: "
                        + "SERVFAIL from 10.0.0.53:53");
    }

    @Test
    void anAddressThatIsUnfitIsNamed() {
        assertThat(list(row("http://app.test:80", "down").put("address", "10.0.0.1").put("health", "down")
                .put("since", "2026-01-01T00:00:00Z").put("reason", "refused")))
                .endsWith("\nweb/http://app.test:80 at 10.0.0.1 is down since 2026-01-01T00:00:00Z: refused");
    }

    @Test
    void whoAddsANameIsToldWhatItStandsFor() {
        JsonObject added = new JsonObject().put("what", "web/http://app.test:80 added");
        assertThat(text("backend.add", added.copy()
                .put("addresses", new JsonArray().add("10.0.0.1").add("fd00::1"))))
                .isEqualTo("web/http://app.test:80 added; it stands for 10.0.0.1, fd00::1");
        assertThat(text("backend.add", added.copy().put("unresolved", "NXDOMAIN from 10.0.0.53:53")))
                .isEqualTo("web/http://app.test:80 added; it stands for no address yet: "
                        + "NXDOMAIN from 10.0.0.53:53");
    }
}
