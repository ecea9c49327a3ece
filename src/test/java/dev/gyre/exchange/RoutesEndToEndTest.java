package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.Origin;
import dev.gyre.kit.ProblemAnswer;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A request must reach the service its host and path name, and none other; what is no request reaches nobody.
 */
class RoutesEndToEndTest {

    private static Origin exact;
    private static Origin wild;
    private static Origin any;
    private static GyreNode node;

    @BeforeAll
    static void start() {
        exact = naming("exact");
        wild = naming("wild");
        any = naming("any");
        JsonArray routes = new JsonArray();
        route(routes, "api.example.com", "/v1/*", "exact");
        route(routes, "*.example.com", "/*", "wild");
        route(routes, "*", "/open/*", "any");
        route(routes, "*", "/open/one", "exact");
        node = GyreNode.start(new JsonObject().put("routes", routes).put("services", new JsonObject()
                .put("exact", service(exact)).put("wild", service(wild)).put("any", service(any))));
    }

    @AfterAll
    static void stop() {
        node.close();
        exact.close();
        wild.close();
        any.close();
    }

    private static Origin naming(String name) {
        return Origin.of(exchange -> exchange.respond(200, name + " " + exchange.request().target() + " "
                + exchange.request().first("Host").orElse("-")));
    }

    private static void route(JsonArray routes, String host, String path, String service) {
        routes.add(new JsonObject().put("host", host).put("path", path).put("service", service));
    }

    private static JsonObject service(Origin origin) {
        return new JsonObject().put("backends", new JsonArray().add(origin.url()));
    }

    private static Wire.Answer answer(String head) throws Exception {
        try (Wire client = Wire.to(node.port())) {
            return client.write(head).readAnswer();
        }
    }

    @ParameterizedTest
    @CsvSource({"api.example.com, /v1/a?b=c, exact", "API.Example.com:8080, /v1, exact",
        "api.example.com, /v2, wild",
        "x.example.com, /v1/a, wild", "x.y.example.com, /open/one, wild", "other.org, /open/two, any",
        "other.org, /open, any", "other.org, /open/one, exact", "other.org, /open/one?x, exact"})
    void theMostSpecificRouteWins(String host, String target, String service) throws Exception {
        Wire.Answer answer = answer("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
        assertThat(answer.body()).isEqualTo(service + " " + target + " " + host);
    }

    @ParameterizedTest
    @CsvSource({"other.org, /", "example.com, /v1", "other.org, /opened"})
    void whatNoRouteMatchesIsNotFound(String host, String target) throws Exception {
        ProblemAnswer.check(answer("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n"),
                404, "destination_not_found", "no-route");
    }

    @ParameterizedTest
    @CsvSource({"http://api.example.com/v1/a?b, /v1/a?b, exact, api.example.com",
        "HTTP://API.example.com:81/v1/a, /v1/a, exact, API.example.com:81",
        "https://x.example.com, /, wild, x.example.com",
        "http://x.example.com?q=/, /?q=/, wild, x.example.com"})
    void theTargetsAuthorityCountsMoreThanHost(String target, String path, String service, String host)
            throws Exception {
        Wire.Answer old = answer("GET " + target + " HTTP/1.0\r\n\r\n");
        assertThat(old.body()).isEqualTo(service + " " + path + " " + host);
        Wire.Answer same = answer("GET " + target + " HTTP/1.1\r\nHost: " + host.toUpperCase()
            + "\r\n\r\n");
        assertThat(same.body()).isEqualTo(service + " " + path + " " + host);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET http://a/ HTTP/1.1\r\n\r\n",
        "GET a/b HTTP/1.1\r\nHost: a\r\n\r\n", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET http://u:p@x.example.com/ HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET * HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "nonsense\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX-A\u0000: b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX A: b\r\n\r\n"})
    void aMalformedRequestIsRefusedAndNothingFollowsIt(String request) throws Exception {
        int before = exact.requests().size() + wild.requests().size() + any.requests().size();
        try (Wire client = Wire.to(node.port())) {
            client.write(request + "GET /open/one HTTP/1.1\r\nHost: a\r\n\r\n");
            Wire.Answer answer = client.readAnswer();
            ProblemAnswer.check(answer, 400, "http_request_error", "bad-request");
            assertThat(answer.head().all("Connection")).containsExactly("close");
            assertThat(client.ends()).isTrue();
        }
        assertThat(exact.requests().size() + wild.requests().size() + any.requests().size())
                .isEqualTo(before);
    }

    @Test
    void whatIsTooLongIsRefused() throws Exception {
        ProblemAnswer.check(answer("GET /" + "x".repeat(10_000) + " HTTP/1.1\r\nHost: a\r\n\r\n"),
                414, "http_request_error", "uri-too-long");
        ProblemAnswer.check(answer("GET / HTTP/1.1\r\nHost: a\r\nX-A: " + "x".repeat(70_000) + "\r\n\r\n"),
                431, "http_request_error", "headers-too-large");
    }

    @ParameterizedTest
    @ValueSource(strings = {"CONNECT other.org:443 HTTP/1.1\r\nHost: other.org:443\r\n\r\n",
        "CONNECT / HTTP/1.1\r\nHost: x.example.com\r\n\r\n"})
    void thisIsNoTunnel(String request) throws Exception {
        ProblemAnswer.check(answer(request), 501, "http_request_denied", "method-not-supported");
    }

    @Test
    void optionsOfTheServerAsAWhole() throws Exception {
        Wire.Answer answer = answer("OPTIONS * HTTP/1.1\r\nHost: x.example.com\r\n\r\n");
        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.head().all("Allow")).singleElement().asString().contains("GET", "OPTIONS");
        assertThat(wild.requests()).noneMatch(request -> request.target().equals("*"));
    }

    @Test
    void unknownMethodsArePassedOn() throws Exception {
        Wire.Answer answer = answer("BREW /open/two HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(answer.body()).isEqualTo("any /open/two a");
        assertThat(any.requests().get(any.requests().size() - 1).method()).isEqualTo("BREW");
    }
}
