package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.Await;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a listener in clear text answers by itself: the way to https, and ACME's challenges. */
class RedirectToHttpsTest {

    private static final String OWN = "gyre_unserved_requests_total{code=\"%s\",outcome=\"%s\"}";
    private static final String CHALLENGE = "/.well-known/acme-challenge/";

    @TempDir
    Path directory;

    private static JsonObject listener(Object... settings) {
        JsonObject listener = new JsonObject().put("host", "127.0.0.1").put("port", 0);
        for (int i = 0; i < settings.length; i += 2) {
            listener.put((String) settings[i], settings[i + 1]);
        }
        return new JsonObject().put("listeners", new JsonArray().add(listener)).put("instances", 1);
    }

    private static GyreNode node(Origin origin, Object... settings) {
        return GyreNode.before(listener(settings), new JsonObject(), origin.url());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            https      | example.com      | /a/b?c=d%20e&f   | https://example.com/a/b?c=d%20e&f
            https      | Example.COM:8080 | /                | https://Example.COM/
            https      | example.com:     | /?               | https://example.com/?
            https:8443 | example.com:80   | /x               | https://example.com:8443/x
            https      | [::1]:8080       | /x               | https://[::1]/x
            https:8443 | [2001:db8::1]    | /x               | https://[2001:db8::1]:8443/x
            https      | 10.0.0.7:8080    | //evil.example/x | https://10.0.0.7//evil.example/x
            https      | a                | http://b:81/y?z  | https://b/y?z
            """)
    void theSameAddressUnderHttpsIsNamed(String redirect, String host, String target, String location)
            throws Exception {
        try (Origin origin = Origin.saying("no"); GyreNode node = node(origin, "redirect", redirect);
             Wire client = Wire.to(node.port())) {
            Wire.Answer answer = client.write("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                    .readAnswer();
            assertThat(answer.status()).isEqualTo(308);
            assertThat(answer.head().all("Location")).containsExactly(location);
            assertThat(answer.head().all("Content-Length")).containsExactly("0");
            assertThat(answer.head().has("Date")).isTrue();
            assertThat(origin.accepted()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "FOO"})
    void allMethodsAreSentThereAndCounted(String method) throws Exception {
        try (Origin origin = Origin.saying("no"); GyreNode node = node(origin, "redirect", "https");
             Wire client = Wire.to(node.port())) {
            for (int i = 1; i <= 3; i++) {
                client.write(method + " /" + i + " HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.readHead().first("Location")).contains("https://a/" + i);
            }
            Await.until("three", () -> node.sample(OWN.formatted("3xx", "redirected")) == 3);
            assertThat(origin.accepted()).isZero();
        }
    }

    @Test
    void aBodyIsReadAndTheConnectionEnds() throws Exception {
        try (Origin origin = Origin.saying("no"); GyreNode node = node(origin, "redirect", "https");
             Wire client = Wire.to(node.port())) {
            client.write("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
            Wire.Answer answer = client.readAnswer();
            assertThat(answer.status()).isEqualTo(308);
            assertThat(answer.head().all("Connection")).containsExactly("close");
            client.write(new byte[1_000_000]);
            assertThat(client.ends()).isTrue();
            Await.until("one", () -> node.sample(OWN.formatted("3xx", "redirected")) == 1);
        }
    }

    @Test
    void aClientThatDoesNotSendItsBodyIsLetGo() throws Exception {
        try (Origin origin = Origin.saying("no"); GyreNode node = node(origin, "redirect", "https");
             Wire client = Wire.to(node.port())) {
            client.write("POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n");
            assertThat(client.readAnswer().status()).isEqualTo(308);
            assertThat(client.ends()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", "GET /\u0001 HTTP/1.1\r\nHost: a\r\n\r\n"})
    void whereTheHostIsNotCertainNobodyIsSentAnywhere(String request) throws Exception {
        try (Origin origin = Origin.saying("no"); GyreNode node = node(origin, "redirect", "https");
             Wire client = Wire.to(node.port())) {
            Wire.Answer answer = client.write(request).readAnswer();
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.head().has("Location")).isFalse();
            assertThat(client.ends()).isTrue();
            Await.until("one", () -> node.sample(OWN.formatted("4xx", "bad-request")) == 1);
        }
    }

    @Test
    void otherListenersServeAsBefore() throws Exception {
        JsonObject config = listener("redirect", "https");
        config.getJsonArray("listeners").add(new JsonObject().put("host", "127.0.0.1").put("port", 0));
        try (Origin origin = Origin.saying("served");
             GyreNode node = GyreNode.before(config, new JsonObject(), origin.url());
             Wire redirected = Wire.to(node.ports().get(0)); Wire served = Wire.to(node.ports().get(1))) {
            assertThat(redirected.get("/").readAnswer().status()).isEqualTo(308);
            assertThat(served.get("/").readAnswer().body()).isEqualTo("served");
        }
    }

    @Test
    void aChallengeIsAnsweredFromItsDirectoryBeforeAnythingElse() throws Exception {
        String token = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr_oA";
        Files.writeString(directory.resolve(token), token + ".thumb");
        try (Origin origin = Origin.saying("no");
             GyreNode node = node(origin, "redirect", "https", "acme", directory.toString());
             Wire client = Wire.to(node.port())) {
            Wire.Answer answer = client.get(CHALLENGE + token).readAnswer();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo(token + ".thumb");
            assertThat(answer.head().all("Content-Type")).containsExactly("application/octet-stream");
            client.write("HEAD " + CHALLENGE + token + "?q HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readHead().all("Content-Length")).containsExactly("49");
            assertThat(client.write("POST " + CHALLENGE + token + " HTTP/1.1\r\nHost: a\r\n\r\n")
                    .readAnswer().status()).isEqualTo(308);
            assertThat(client.get("/other").readAnswer().status()).isEqualTo(308);
            Await.until("two", () -> node.sample(OWN.formatted("2xx", "acme-challenge")) == 2);
            assertThat(origin.accepted()).isZero();
        }
    }

    @Test
    void nothingElseIsReadFromThere() throws Exception {
        Files.writeString(directory.resolve("secret"), "secret");
        Path inner = Files.createDirectory(directory.resolve("acme"));
        Files.createSymbolicLink(inner.resolve("link"), directory.resolve("secret"));
        Files.createDirectory(inner.resolve("directory"));
        Files.write(inner.resolve("large"), new byte[100_000]);
        Files.writeString(inner.resolve("dotted.txt"), "secret");
        new ProcessBuilder("mkfifo", inner.resolve("pipe").toString()).start().waitFor();
        try (Origin origin = Origin.saying("no");
             GyreNode node = node(origin, "acme", inner.toString());
             Wire client = Wire.to(node.port())) {
            for (String name : new String[] {"", "none", "link", "directory", "large", "dotted.txt", "pipe",
                "a".repeat(300), "%6cink", "directory/secret", "..secret", "link?/../secret"}) {
                Wire.Answer answer = client.get(CHALLENGE + name).readAnswer();
                assertThat(answer.status()).as(name).isEqualTo(404);
                assertThat(answer.body()).as(name).isEmpty();
            }
            assertThat(client.get(CHALLENGE + "directory%2F..%2Fsecret").readAnswer().status())
                    .isEqualTo(400);
            assertThat(origin.accepted()).isZero();
        }
    }

    @Test
    void curlFollowsWithItsMethodAndItsChallenge() throws Exception {
        Files.writeString(directory.resolve("token"), "answer");
        try (Origin origin = Origin.saying("no");
             GyreNode node = node(origin, "redirect", "https:1", "acme", directory.toString())) {
            String url = "http://127.0.0.1:" + node.port();
            assertThat(curl(url + CHALLENGE + "token")).isEqualTo("answer");
            assertThat(curl(url + "/a?b", "-d", "x=1", "-o", "/dev/null", "-w",
                    "%{http_code} %{redirect_url}")).isEqualTo("308 https://127.0.0.1:1/a?b");
        }
    }

    private static String curl(String url, String... options) throws Exception {
        String[] command = new String[3 + options.length];
        command[0] = "curl";
        command[1] = "-sS";
        command[2] = url;
        System.arraycopy(options, 0, command, 3, options.length);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
