package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.Authority;
import dev.gyre.kit.Authority.Issued;
import dev.gyre.kit.HttpMessage;
import dev.gyre.kit.Origin;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What backends and browsers learn of a client's TLS, as curl begins it. */
class TlsSeenByBackendsTest {

    @TempDir
    Path directory;

    private String curl(Authority authority, int port, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "-D", "-", "--cacert",
                authority.ca().toString(), "https://127.0.0.1:" + port + "/"));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static GyreNode node(Authority authority, boolean headers, Origin origin) throws Exception {
        Issued served = authority.issue("node", "IP:127.0.0.1");
        JsonObject tls = new JsonObject()
                .put("certificates", new JsonArray().add(new JsonObject()
                        .put("cert", served.cert().toString()).put("key", served.key().toString())))
                .put("clients", new JsonObject().put("ca", authority.ca().toString()).put("require", false)
                        .put("headers", headers))
                .put("hsts", new JsonObject().put("maxAge", "1h"));
        JsonObject config = new JsonObject().put("instances", 1)
                .put("forwarding", new JsonObject().put("forwarded", true))
                .put("listeners", new JsonArray().add(new JsonObject().put("host", "127.0.0.1")
                        .put("port", 0).put("tls", tls)));
        return GyreNode.before(config, new JsonObject().put("sticky", new JsonObject().put("cookie", "s")),
                origin.url());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aBackendLearnsOfTheCertificate(boolean headers) throws Exception {
        Authority authority = Authority.in(directory);
        Issued alice = authority.issueFor("alice", "/O=\u00dcber/CN=alice", "DNS:a.example");
        String der = Files.readAllLines(alice.cert()).stream().filter(line -> !line.startsWith("-----"))
                .collect(Collectors.joining());
        try (Origin origin = Origin.saying("ok"); GyreNode node = node(authority, headers, origin)) {
            String answer = curl(authority, node.port(), "--cert", alice.cert().toString(), "--key",
                    alice.key().toString(), "-H", "X-Client-Subject: CN=root", "-H", "Client-Cert: :eA==:");
            assertThat(answer).contains("200 OK", "Strict-Transport-Security: max-age=3600", "; Secure");
            HttpMessage seen = origin.requests().get(0);
            assertThat(seen.all("X-Forwarded-Proto")).containsExactly("https");
            assertThat(seen.first("Forwarded").orElseThrow()).contains(";proto=https");
            assertThat(seen.all("Client-Cert")).containsExactly(":" + der + ":");
            assertThat(seen.all("X-Client-Subject")).hasSize(headers ? 1 : 0)
                    .allMatch(subject -> subject.contains("CN=alice") && subject.contains("%C3%9Cber"));
            assertThat(seen.all("X-Client-San")).hasSize(headers ? 1 : 0)
                    .allMatch(names -> names.contains("a.example"));
            assertThat(seen.all("X-Client-Fingerprint")).hasSize(headers ? 1 : 0)
                    .allMatch(hex -> hex.matches("[0-9a-f]{64}"));
        }
    }

    @Test
    void withoutACertificateNothingIsSaidOfOne() throws Exception {
        Authority authority = Authority.in(directory);
        try (Origin origin = Origin.saying("ok"); GyreNode node = node(authority, true, origin)) {
            assertThat(curl(authority, node.port(), "-H", "X-Client-Subject: CN=root")).contains("200 OK");
            assertThat(String.join("\n", origin.requests().get(0).headerLines()))
                    .doesNotContainIgnoringCase("client-").contains("X-Forwarded-Proto: https");
        }
    }
}
