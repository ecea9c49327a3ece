package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** X-Real-IP is believed by the same rule as X-Forwarded-For, and no address has a second spelling. */
class RealIpTest {

    private static JsonObject node(boolean write, String trusted) {
        return new JsonObject().put("forwarding", new JsonObject().put("realIp", write).put("forwarded", true)
                .put("trusted", new JsonArray().add(trusted)));
    }

    private static List<String> seen(JsonObject config, String fields) throws Exception {
        try (Origin origin = Origin.saying("ok"); GyreNode node = GyreNode.before(config, new JsonObject(),
                origin.url()); Wire client = Wire.to(node.port())) {
            client.write("GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n").readAnswer();
            return origin.requests().get(0).all("X-Real-IP");
        }
    }

    @ParameterizedTest
    @CsvSource({"true, 127.0.0.1, 192.0.2.1", "true, 10.0.0.1, 127.0.0.1", "false, 127.0.0.1, 192.0.2.1"})
    void aClaimIsKeptFromWhomIsTrustedAlone(boolean write, String trusted, String told) throws Exception {
        assertThat(seen(node(write, trusted), "X-Real-IP: 192.0.2.1\r\n")).containsExactly(told);
    }

    @Test
    void aStrangersIsDroppedAlsoWhereNoneIsWritten() throws Exception {
        assertThat(seen(node(false, "10.0.0.1"), "X-Real-IP: 192.0.2.1\r\nx-real-ip: 192.0.2.2\r\n"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1", "10.0.0.1"})
    void withoutAClaimItIsThePeers(String trusted) throws Exception {
        assertThat(seen(node(true, trusted), "")).containsExactly("127.0.0.1");
        assertThat(seen(node(false, trusted), "")).isEmpty();
    }

    @Test
    void anIpv6AddressIsWrittenInItsShortForm() throws Exception {
        JsonObject config = node(true, "10.0.0.1").put("listeners",
                new JsonArray().add(new JsonObject().put("host", "::1").put("port", 0)));
        try (Origin origin = Origin.saying("ok"); GyreNode node = GyreNode.before(config, new JsonObject(),
                origin.url()); Wire client = new Wire(new Socket("::1", node.port()))) {
            client.get("/").readAnswer();
            assertThat(origin.requests().get(0).all("X-Real-IP")).containsExactly("::1");
            assertThat(origin.requests().get(0).all("X-Forwarded-For")).containsExactly("::1");
            assertThat(origin.requests().get(0).all("Forwarded")).singleElement().asString()
                    .startsWith("for=\"[::1]\";proto=http;host=");
        }
    }
}
