package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

/** No spelling of a path may lead past its route, whether the odd ones are refused or forwarded. */
class RouteSpellingTest {

    private static final List<String> PLAIN = List.of("/admin/x", "//admin/x", "/%61dmin/x", "/admin;a/x",
            "http://a/%61dmin//x?y", "/admin");
    private static final List<String> AMBIGUOUS = List.of("/a/../admin/x", "/admin%2fx", "/admin%5Cx",
            "/admin\\x", "/a/%2e%2e/admin/x", "/./admin", "/a/..;/admin/x", "/a/..%2fadmin/x",
            "/..//admin?x");

    private static GyreNode node(Origin admin, Origin others, boolean ambiguousPaths) {
        return GyreNode.start(new JsonObject()
                .put("services", new JsonObject()
                        .put("admin", new JsonObject().put("backends", new JsonArray().add(admin.url())))
                        .put("others", new JsonObject().put("backends", new JsonArray().add(others.url()))))
                .put("routes", new JsonArray()
                        .add(new JsonObject().put("path", "/%61dmin/*").put("service", "admin"))
                        .add(new JsonObject().put("service", "others")))
                .put("forwarding", new JsonObject().put("ambiguousPaths", ambiguousPaths)));
    }

    private static Origin tellingTheTarget(String name) {
        return Origin.of(exchange -> exchange.respond(200, name + " " + exchange.request().target()));
    }

    private static Wire.Answer ask(GyreNode node, String target) throws Exception {
        try (Wire client = Wire.to(node.port())) {
            return client.write("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n").readAnswer();
        }
    }

    @Test
    void everySpellingReachesItsRouteAsTheClientWroteIt() throws Exception {
        try (Origin admin = tellingTheTarget("admin"); Origin others = tellingTheTarget("others");
             GyreNode node = node(admin, others, true)) {
            for (List<String> targets : List.of(PLAIN, AMBIGUOUS)) {
                for (String target : targets) {
                    assertThat(ask(node, target).body()).isEqualTo("admin " + target.replace("http://a", ""));
                }
            }
            assertThat(ask(node, "/admin/..%2fb").body()).isEqualTo("others /admin/..%2fb");
            assertThat(ask(node, "/adminx").body()).isEqualTo("others /adminx");
            assertThat(ask(node, "/admin%00").status()).as("nobody means that").isEqualTo(400);
        }
    }

    @Test
    void whatBackendsReadInDifferentWaysIsRefusedUnlessAllowed() throws Exception {
        try (Origin admin = tellingTheTarget("admin"); Origin others = tellingTheTarget("others");
             GyreNode node = node(admin, others, false)) {
            for (String target : PLAIN) {
                assertThat(ask(node, target).body()).isEqualTo("admin " + target.replace("http://a", ""));
            }
            for (String target : AMBIGUOUS) {
                assertThat(ask(node, target).status()).as(target).isEqualTo(400);
            }
            assertThat(others.requests()).isEmpty();
            assertThat(admin.requests()).hasSize(PLAIN.size());
        }
    }
}
