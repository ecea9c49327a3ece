package dev.gyre.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What no backend is cannot become one, however its address is written. */
class BackendNetworksTest {

    private static Checked<Settings> read(JsonObject more, String... backends) {
        return ConfigReader.read(new JsonObject().put("services", new JsonObject().put("web",
                new JsonObject().put("backends", new JsonArray(List.of(backends))))).mergeIn(more, true));
    }

    private static JsonObject networks(List<String> allow, List<String> deny) {
        return new JsonObject().put("backendNetworks", new JsonObject().put("allow", new JsonArray(allow))
                .put("deny", new JsonArray(deny)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "0.1.2.3", "000.0.0.0", "[::]", "[::0.0.0.0]", "[::ffff:0.0.0.0]",
        "224.0.0.1",
        "239.255.255.250", "[ff02::1]", "[::ffff:224.0.0.1]", "255.255.255.255", "169.254.169.254",
        "169.254.0.1", "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[0:0:0:0:0:ffff:a9fe:a9fe]",
        "[fe80::1]",
        "[FE80::1]", "[febf::1]", "[64:ff9b::169.254.169.254]", "[fd00:ec2::254]"})
    void isRefusedByDefault(String host) {
        assertThat(read(new JsonObject(), "http://" + host + ":8080").mistakes()).as(host).singleElement()
                .asString().startsWith("services.web.backends[0]: http://").contains("backendNetworks");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "[::1]", "[fd00::1]",
        "[2001:db8::1]",
        "100.64.0.1", "169.253.255.255", "169.255.0.0", "223.255.255.255", "1.0.0.0", "[fec0::1]", "app.test",
        "localhost"})
    void isLetIn(String host) {
        assertThat(read(new JsonObject(), "http://" + host + ":8080").mistakes()).as(host).isEmpty();
    }

    @Test
    void theConfigSaysOtherwise() {
        assertThat(read(networks(List.of("169.254.10.0/24"), List.of()), "http://169.254.10.7:80").mistakes())
                .isEmpty();
        assertThat(read(networks(List.of("169.254.10.0/24"), List.of()), "http://169.254.11.7:80").mistakes())
                .hasSize(1);
        assertThat(read(networks(List.of(), List.of("10.0.0.0/8")), "http://10.1.2.3:80").mistakes())
                .singleElement().asString().contains("http://10.1.2.3:80 is an address that"
                        + " backendNetworks.deny holds");
        JsonObject both = networks(List.of("10.1.0.0/16"), List.of("10.0.0.0/8", "10.1.2.0/24"));
        assertThat(read(both, "http://10.1.3.3:80").mistakes()).isEmpty();
        assertThat(read(both, "http://10.1.2.3:80", "http://10.2.0.1:80").mistakes()).hasSize(2);
        assertThat(read(networks(List.of("10.1.2.3"), List.of("10.1.2.3")), "http://10.1.2.3:80").mistakes())
                .hasSize(1);
        assertThat(read(networks(List.of("all"), List.of()), "http://10.1.2.3:80").mistakes()).singleElement()
                .asString().startsWith("backendNetworks.allow[0]: \"all\" (expected: an address or block");
    }

    @Test
    void thisNodesOwnPortsAreNoBackends() {
        JsonObject admin = new JsonObject().put("admin", new JsonObject().put("port", 9191));
        for (String host : List.of("127.0.0.1", "localhost", "[::ffff:127.0.0.1]")) {
            assertThat(read(admin, "http://" + host + ":9191").mistakes()).as(host).singleElement().asString()
                    .contains("is this node's admin port");
        }
        assertThat(read(admin, "http://127.0.0.1:9192", "http://10.0.0.1:9191").mistakes()).isEmpty();
        JsonObject cluster = new JsonObject().put("cluster", new JsonObject().put("port", 5801)
                .put("eventBusPort", 15801));
        assertThat(read(cluster, "http://127.0.0.1:5801", "http://localhost:15801").mistakes()).hasSize(2);
        JsonObject everywhere = new JsonObject().put("admin", new JsonObject().put("host", "0.0.0.0")
                .put("port", 9191).put("token", "0123456789abcdef"));
        assertThat(read(everywhere, "http://127.0.0.1:9191", "http://[::1]:9191").mistakes()).hasSize(2);
        assertThat(read(networks(List.of("127.0.0.0/8"), List.of()), "http://127.0.0.1:9090").mistakes())
                .as("no list lets them in").hasSize(1);
    }
}
