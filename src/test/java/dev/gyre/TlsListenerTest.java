package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Authority;
import dev.gyre.kit.Authority.Issued;
import dev.gyre.kit.Await;
import dev.gyre.kit.HttpMessage;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** curl gets the certificate of the name that it asks for, and its requests are served under TLS. */
class TlsListenerTest {

    /** Exit codes of curl. */
    private static final int HANDSHAKE_FAILED = 35;
    private static final int UNTRUSTED = 60;

    @TempDir
    Path directory;
    private Authority authority;
    private Issued exact;
    private Issued wildcard;
    private JsonObject tls;

    @BeforeEach
    void make() throws Exception {
        authority = Authority.in(directory);
        exact = authority.issue("exact", "DNS:a.example");
        wildcard = authority.issue("wildcard", "DNS:*.b.example");
        tls = new JsonObject().put("certificates", new JsonArray().add(pair(exact)).add(pair(wildcard)));
    }

    private static JsonObject pair(Issued issued) {
        return new JsonObject().put("cert", issued.cert().toString()).put("key", issued.key().toString());
    }

    private GyreNode node(Origin backend) {
        return node(backend, new JsonObject());
    }

    private GyreNode node(Origin backend, JsonObject more) {
        return GyreNode.start(more.copy()
                .put("listeners", new JsonArray().add(new JsonObject().put("host", "127.0.0.1").put("port", 0)
                        .put("tls", tls)))
                .put("services", new JsonObject().put("web", new JsonObject()
                        .put("backends", new JsonArray().add(backend.url())))));
    }

    /** What curl ended with, and what it wrote. */
    private record Said(int code, String text) {
    }

    private Said curl(GyreNode node, String name, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "20", "--cacert",
                authority.ca().toString(), "--resolve", name + ":" + node.port() + ":127.0.0.1"));
        command.addAll(Arrays.asList(more));
        command.add("https://" + name + ":" + node.port() + "/");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Said(process.waitFor(), text);
    }

    @Test
    void eachNameHasItsCertificateAndAnUnknownOneTheFirst() throws Exception {
        try (Origin backend = Origin.saying("ok"); GyreNode node = node(backend)) {
            assertThat(curl(node, "a.example")).isEqualTo(new Said(0, "ok"));
            assertThat(curl(node, "x.b.example", "--tls-max", "1.2")).isEqualTo(new Said(0, "ok"));
            assertThat(curl(node, "x.y.b.example").code()).isEqualTo(UNTRUSTED);
            assertThat(curl(node, "x.y.b.example", "--insecure")).isEqualTo(new Said(0, "ok"));
            assertThat(backend.requests().get(0).first("x-forwarded-proto")).hasValue("https");
        }
    }

    @Test
    void aClientThatAsksForAnUnknownNameIsRefusedIfSoSet() throws Exception {
        tls.put("default", "refuse");
        try (Origin backend = Origin.saying("ok"); GyreNode node = node(backend)) {
            assertThat(curl(node, "c.example", "--insecure")).matches(said ->
                    said.code() == HANDSHAKE_FAILED && said.text().contains("unrecognized name"));
            assertThat(curl(node, "a.example")).isEqualTo(new Said(0, "ok"));
        }
    }

    @Test
    void aHandshakeThatFailsEndsItsConnectionAloneAndIsCounted() throws Exception {
        JsonObject limits = new JsonObject().put("limits", new JsonObject().put("handshakesPerAddress", 4));
        tls.put("default", "refuse").put("handshakeTimeout", "200ms");
        try (Origin backend = Origin.saying("ok"); GyreNode node = node(backend, limits)) {
            try (Wire plain = Wire.to(node.port())) {
                HttpMessage answer = plain.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readHead();
                assertThat(answer.status()).isEqualTo(400);
                assertThat(new String(plain.in().readAllBytes(), StandardCharsets.US_ASCII))
                        .isEqualTo("This port speaks TLS: use https.\n");
            }
            try (Wire noise = Wire.to(node.port())) {
                // A record of a handshake whose message is none: told so, and closed though it says no more.
                noise.write(new byte[] {22, 3, 1, 0, 5, 2, 0, 0, 1, 0});
                assertThat(noise.readToEnd()).startsWith(21);
            }
            try (Wire silent = Wire.to(node.port())) {
                assertThat(silent.ends()).isTrue();
            }
            assertThat(curl(node, "c.example", "--insecure").code()).isEqualTo(HANDSHAKE_FAILED);
            Await.until("all four are counted", () -> node.samples("gyre_handshakes_failed_total")
                    .values().stream().mapToLong(Long::longValue).sum() == 4);
            assertThat(node.samples("gyre_handshakes_failed_total"))
                    .containsEntry("reason=\"plain-http\"", 1L)
                    .containsEntry("reason=\"protocol\"", 1L).containsEntry("reason=\"timeout\"", 1L)
                    .containsEntry("reason=\"unrecognized-name\"", 1L);
            Await.until("an address begins as many as it may", () -> curl(node, "a.example").code() != 0
                    || node.samples("gyre_limit_exceeded_total")
                    .getOrDefault("limit=\"handshakes-per-address\"", 0L) > 0);
            Await.until("and more in the next second", () -> curl(node, "a.example").code() == 0);
        }
    }

    @Test
    void aHandshakeAtAPortInClearTextIsToldSo() throws Exception {
        try (Origin backend = Origin.saying("ok"); GyreNode node = GyreNode.before(new JsonObject(), backend);
                Wire client = Wire.to(node.port())) {
            client.write(new byte[] {22, 3, 1, 0, 5, 1, 0, 0, 1, 0});
            assertThat(client.in().readAllBytes()).containsExactly(21, 3, 1, 0, 2, 2, 40);
            assertThat(node.samples("gyre_handshakes_failed_total"))
                    .containsEntry("reason=\"tls-at-plain-port\"", 1L);
        }
    }

    @Test
    void aRenewedCertificateIsServedWithoutARestart() throws Exception {
        try (Origin backend = Origin.saying("ok"); GyreNode node = node(backend)) {
            authority.issue("renewed", "DNS:a.example", "DNS:new.example").replace(exact);
            Await.until("the renewed certificate", () -> curl(node, "new.example").code() == 0);
        }
    }

    @Test
    void theBackendLearnsWhoTheClientIs() throws Exception {
        tls.put("clients", new JsonObject().put("ca", authority.ca().toString()).put("headers", true));
        Issued alice = authority.issueFor("alice", "/O=Gyre/CN=alice");
        try (Origin backend = Origin.saying("ok"); GyreNode node = node(backend)) {
            assertThat(curl(node, "a.example").code()).isNotZero();
            assertThat(curl(node, "a.example", "--cert", alice.cert().toString(), "--key",
                    alice.key().toString())).isEqualTo(new Said(0, "ok"));
            HttpMessage request = backend.requests().get(0);
            assertThat(request.first("client-cert").orElse("")).startsWith(":MII").endsWith(":");
            assertThat(request.first("x-client-subject").orElse("")).contains("CN=alice");
        }
    }
}
