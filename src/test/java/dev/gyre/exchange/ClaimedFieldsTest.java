package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.gate.OwnField;
import dev.gyre.gate.ReservedNames;
import dev.gyre.kit.HttpMessage;
import dev.gyre.kit.Origin;
import dev.gyre.kit.ProblemAnswer;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * CGI, WSGI and PHP make one variable of names that differ in punctuation: a client must not be able to say
 * by such a name what it may not say by the right one.
 */
class ClaimedFieldsTest {

    private static final List<String> RESERVED = Stream.concat(
            Arrays.stream(OwnField.values()).map(field -> field.text().toString()),
            Stream.of("Content-Length", "Transfer-Encoding", "Keep-Alive", "Proxy-Connection",
                    "Proxy-Authorization", "Proxy-Authenticate", "HTTP2-Settings", "X-Forwarded-Port",
                    "X-Forwarded-Anything-Else", "Client-Cert-Chain", "X-Client-Verify"))
            .filter(name -> name.contains("-")).toList();
    private static final String DROPPED = "gyre_request_fields_dropped_total{reason=\"look-alike\"}";

    static Stream<String> lookAlikes() {
        return RESERVED.stream().flatMap(name -> Stream.of(name.replace('-', '_'), name.replace('-', '.'),
                name.replaceFirst("-", "_"), name.replace('-', '+').toUpperCase(Locale.ROOT),
                name.replaceFirst("-", "~").toLowerCase(Locale.ROOT), name.replace('-', '|')));
    }

    private static JsonObject forwarding(String key, Object value) {
        return new JsonObject().put("instances", 1)
                .put("forwarding", new JsonObject().put(key, value));
    }

    private static String request(String... fields) {
        return "GET / HTTP/1.1\r\nHost: a\r\n" + String.join("\r\n", fields) + "\r\n\r\n";
    }

    @Test
    void lookAlikesAreDroppedFromEverybodyAndCounted() throws Exception {
        List<String> names = lookAlikes().toList();
        try (Origin origin = Origin.saying("ok");
             GyreNode node = GyreNode.before(forwarding("trusted", new JsonArray().add("127.0.0.1")),
                     new JsonObject(), origin.url());
             Wire client = Wire.to(node.port())) {
            // Twice, as names that came before are not looked at like new ones.
            for (String name : Stream.concat(names.stream(), names.stream()).toList()) {
                assertThat(client.write(request("X-Before: 1", name + ": 6.6.6.6", "X-After: 2")).readAnswer()
                        .status()).as(name).isEqualTo(200);
            }
            assertThat(origin.requests()).hasSize(2 * names.size()).allSatisfy(seen -> {
                assertThat(String.join("\n", seen.headerLines())).doesNotContain("6.6.6.6");
                assertThat(seen.has("X-Before") && seen.has("X-After")).isTrue();
            });
            assertThat(node.sample(DROPPED)).isEqualTo(2 * names.size());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nobodyPresentsACertificateByAField(boolean trusted) throws Exception {
        List<String> names = List.of("Client-Cert", "client-cert", "Client-Cert-Chain", "X-Client-Subject",
                "X-CLIENT-ISSUER", "X-Client-Serial", "X-Client-San", "X-Client-Fingerprint",
                "X-Client-Verify");
        try (Origin origin = Origin.saying("ok");
             GyreNode node = GyreNode.before(forwarding("trusted",
                     new JsonArray(trusted ? List.of("127.0.0.1") : List.of())), new JsonObject(),
                     origin.url());
             Wire client = Wire.to(node.port())) {
            for (String name : names) {
                assertThat(client.write(request(name + ": 6.6.6.6", "X-Client-Id: 7")).readAnswer().status())
                        .as(name).isEqualTo(200);
            }
            assertThat(origin.requests()).hasSize(names.size()).allSatisfy(seen -> {
                assertThat(String.join("\n", seen.headerLines())).doesNotContain("6.6.6.6");
                assertThat(seen.all("X-Client-Id")).containsExactly("7");
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Forwarded_", "X_Forwarded", "X--Forwarded-For", "X__Forwarded_For", "_Via",
        "Content_Type", "User_Agent", "X_A", "X.A", "Content_Length_", "Accept_Encoding",
        "!#$%&'*+-.^_`|~09azAZ"})
    void whatIsLikeNothingPasses(String name) throws Exception {
        try (Origin origin = Origin.saying("ok"); GyreNode node = GyreNode.before(origin);
             Wire client = Wire.to(node.port())) {
            assertThat(client.write(request(name + ": kept")).readAnswer().status()).isEqualTo(200);
            assertThat(origin.requests().get(0).all(name)).containsExactly("kept");
        }
    }

    @Test
    void theyCountForNothingInTheFraming() throws Exception {
        try (Origin origin = Origin.saying("ok"); GyreNode node = GyreNode.before(origin);
             Wire client = Wire.to(node.port())) {
            String name = "Content_Length";
            client.write("POST / HTTP/1.1\r\n" + name + ": 1\r\nHost: a\r\n" + name
                    + ": 5\r\nContent-Length: 2\r\n"
                    + name + ": chunked\r\n\r\nhi");
            assertThat(client.readAnswer().status()).isEqualTo(200);
            assertThat(origin.requests().get(0).has(name)).isFalse();
            assertThat(origin.requests().get(0).all("Content-Length")).containsExactly("2");
        }
    }

    @Test
    void theyAreRefusedOnDemand() throws Exception {
        try (Origin origin = Origin.saying("ok");
             GyreNode node = GyreNode.before(forwarding("lookAlikes", "reject"), new JsonObject(),
                     origin.url())) {
            for (String name : lookAlikes().toList()) {
                try (Wire client = Wire.to(node.port())) {
                    ProblemAnswer.check(client.write(request(name + ": 6.6.6.6")).readAnswer(), 400,
                            "http_request_error", "bad-request");
                    assertThat(client.ends()).isTrue();
                }
            }
            assertThat(origin.requests()).isEmpty();
            assertThat(node.sample("gyre_requests_refused_total{rule=\"look-alike\"}"))
                    .isEqualTo(lookAlikes().count());
        }
    }

    @Test
    void theyPassOnDemand() throws Exception {
        try (Origin origin = Origin.saying("ok");
             GyreNode node = GyreNode.before(forwarding("lookAlikes", "pass"), new JsonObject(),
                     origin.url());
             Wire client = Wire.to(node.port())) {
            client.write(request("X_Forwarded_For: 6.6.6.6", "Proxy: http://evil")).readAnswer();
            assertThat(origin.requests().get(0).all("X_Forwarded_For")).containsExactly("6.6.6.6");
            assertThat(origin.requests().get(0).has("Proxy")).isFalse();
            assertThat(node.sample(DROPPED)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"drop", "reject", "pass"})
    void proxyIsDroppedWhateverIsSet(String policy) throws Exception {
        try (Origin origin = Origin.saying("ok");
             GyreNode node = GyreNode.before(forwarding("lookAlikes", policy), new JsonObject(),
                     origin.url());
             Wire client = Wire.to(node.port())) {
            for (String name : List.of("Proxy", "PROXY", "proxy", "pRoxy")) {
                client.write(request(name + ": http://evil:8080")).readAnswer();
            }
            assertThat(origin.requests()).hasSize(4).noneMatch(seen -> seen.has("Proxy"));
            assertThat(node.sample("gyre_request_fields_dropped_total{reason=\"proxy\"}")).isEqualTo(4);
        }
    }

    /**
     * Whatever a new feature writes must be in the list by which look-alikes are known. Without TLS there are
     * no client certificates.
     */
    @Test
    void whatThisNodeWritesIsListed() throws Exception {
        JsonObject all = new JsonObject().put("forwarding", new JsonObject().put("forwarded", true)
                .put("realIp", true));
        JsonObject sticky = new JsonObject().put("sticky", new JsonObject().put("cookie", "s"));
        try (Origin origin = Origin.saying("ok"); GyreNode node = GyreNode.before(all, sticky, origin.url());
             Wire client = Wire.to(node.port())) {
            client.write("OPTIONS / HTTP/1.1\r\nHost: a\r\nMax-Forwards: 7\r\n\r\n").readAnswer();
            HttpMessage seen = origin.requests().get(0);
            assertThat(seen.headerLines().stream().map(line -> line.split(":")[0]))
                    .containsExactlyInAnyOrderElementsOf(Arrays.stream(OwnField.values())
                            .map(field -> field.text().toString())
                            .filter(name -> !ReservedNames.clientCertificate(name)).toList());
        }
    }
}
