package dev.gyre.api;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.api.Doors.Said;
import dev.gyre.config.AdminTls;
import dev.gyre.config.ListenerTls.CertificatePair;
import dev.gyre.config.ListenerTls.ClientCertificates;
import dev.gyre.config.Settings.AdminToken;
import dev.gyre.kit.Authority;
import dev.gyre.kit.Authority.Issued;
import dev.gyre.kit.Await;
import dev.gyre.kit.LogLines;
import dev.gyre.kit.Wire;
import dev.gyre.model.Role;
import dev.gyre.tls.CertificateFiles.Pair;
import dev.gyre.tls.ClientContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The admin port with HTTPS, as curl and the command line see it. */
class AdminTlsTest {

    private static final List<AdminToken> READER =
            List.of(new AdminToken("grafana", Role.READ, "s3cret"));
    private static final String LIST = "{\"command\":\"backend.list\"}";
    private static final String ADD =
            "{\"command\":\"backend.add\",\"service\":\"web\",\"url\":\"http://10.0.0.9:9001\"}";

    @TempDir
    Path directory;
    private Authority authority;
    private Issued served;
    private Doors doors;

    @BeforeEach
    void make() throws Exception {
        authority = Authority.in(directory.resolve("ours"));
        served = authority.issue("node", "IP:127.0.0.1");
    }

    @AfterEach
    void close() throws Exception {
        doors.close();
    }

    private void open(List<AdminToken> tokens, Optional<ClientCertificates> clients) throws Exception {
        doors = new Doors(web(A, B), tokens,
                Optional.of(new AdminTls(pair(served.cert(), served.key()), clients)));
    }

    private static CertificatePair pair(Path cert, Path key) {
        return new CertificatePair(cert.toString(), key.toString(), Optional.empty());
    }

    private Optional<ClientCertificates> clients(boolean require) {
        return Optional.of(new ClientCertificates(authority.ca().toString(), require, false));
    }

    private String url(String path) {
        return "https://127.0.0.1:" + doors.server.port() + path;
    }

    /** The status, then the body; curl's message where there is no answer. */
    private String curl(String path, Object... options) throws Exception {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "--cacert", authority.ca().toString(),
                "-w", "\n%{http_code}", url(path)));
        Arrays.stream(options).map(Object::toString).forEach(command::add);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said.substring(said.lastIndexOf('\n') + 1) + " " + said;
    }

    private String command(String json, Object... options) throws Exception {
        List<Object> all = new ArrayList<>(List.of("-H", "Content-Type: application/json", "-d", json));
        all.addAll(Arrays.asList(options));
        return curl("/api/commands", all.toArray());
    }

    private static Object[] with(Issued certificate) {
        return new Object[] {"--cert", certificate.cert(), "--key", certificate.key()};
    }

    private Said cli(Issued certificate, String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--node", url(""), "--ca", authority.ca().toString(), "--cert",
                certificate.cert().toString(), "--key", certificate.key().toString()));
        return Doors.cli(Map.of(), all);
    }

    /** The common name of the certificate that a new connection gets. */
    private String servedName() throws Exception {
        String said = curl("/live", "-v", "--resolve", "node.example:1:127.0.0.1");
        return said.lines().filter(line -> line.contains("subject: CN=")).findFirst()
                .map(line -> line.replaceFirst(".*CN=", "")).orElse(said);
    }

    @Test
    void everythingIsServedOverHttpsAndOnlyThere() throws Exception {
        open(List.of(), Optional.empty());
        for (String path : List.of("/live", "/ready", "/metrics", "/api/backends")) {
            assertThat(curl(path)).as(path).startsWith("200 ");
        }
        assertThat(command(ADD)).startsWith("200 ");
        Process plain = new ProcessBuilder("curl", "-sS", url("/live").replace("https", "http"))
                .redirectErrorStream(true).start();
        assertThat(new String(plain.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("curl:").doesNotContain("live\n");
    }

    @Test
    void aPageOfThisPortAloneMayCommand() throws Exception {
        open(List.of(), Optional.empty());
        assertThat(command(LIST, "-H", "Origin: " + url(""))).startsWith("200 ");
        assertThat(command(LIST, "-H", "Origin: " + url("").replace("https", "http"))).startsWith("403 ");
    }

    @Test
    void aCertificateStandsForATokenAndNamesItsHolder() throws Exception {
        open(READER, clients(false));
        Issued alice = authority.issue("alice");
        try (LogLines log = LogLines.capture()) {
            assertThat(command(ADD)).startsWith("401 ").contains("or a client certificate");
            assertThat(command(ADD, with(alice))).startsWith("200 ");
            assertThat(log.text()).contains("via https from 127.0.0.1 with certificate alice: backend.add");
        }
        assertThat(curl("/live")).startsWith("200 ");
        assertThat(cli(alice, "history").out()).contains("via https from 127.0.0.1 with certificate alice");
    }

    @Test
    void aTokenBesideACertificateIsTheOneThatCounts() throws Exception {
        open(READER, clients(false));
        Issued alice = authority.issue("alice");
        Object[] both = {"--cert", alice.cert(), "--key", alice.key(), "-H", "Authorization: Bearer s3cret"};
        assertThat(command(LIST, both)).startsWith("200 ");
        assertThat(command(ADD, both)).startsWith("403 ").contains("the token grafana may read only");
        both[5] = "Authorization: Bearer wrong";
        assertThat(command(LIST, both)).startsWith("401 ");
    }

    @Test
    void aNameCannotForgeALineOfTheAuditLog() throws Exception {
        open(READER, clients(false));
        Issued odd = authority.issueFor("odd", "/O=Gyre/CN=bob: backend.list -> ok", "DNS:odd");
        Issued nameless = authority.issueFor("nameless", "/O=Gyre", "DNS:nameless");
        try (LogLines log = LogLines.capture()) {
            assertThat(command(ADD, with(odd))).startsWith("200 ");
            assertThat(command(ADD, with(nameless))).startsWith("200 ");
            assertThat(log.text()).contains("with certificate \"bob: backend.list - > ok\": backend.add",
                    "with certificate O=Gyre: backend.add");
        }
    }

    @Test
    void aRequiredCertificateIsAskedForInTheHandshake() throws Exception {
        open(List.of(), clients(true));
        assertThat(command(LIST, with(authority.issue("alice")))).startsWith("200 ");
        doors.nanos.addAndGet(Duration.ofMinutes(2).toNanos());
        try (LogLines log = LogLines.capture()) {
            assertThat(command(LIST)).startsWith("000 ");
            Await.until("a line", () -> log.text().contains("admin: TLS handshake failed reason=\""));
            assertThat(command(LIST)).startsWith("000 ");
            assertThat(log.with("TLS handshake failed")).hasSize(1);
        }
        assertThat(command(LIST, with(Authority.in(directory.resolve("theirs")).issue("mallory"))))
                .startsWith("000 ");
        assertThat(command(LIST, with(authority.expired("late")))).startsWith("000 ");
    }

    @Test
    void aRenewedCertificateIsServedAndABrokenOneIsNot() throws Exception {
        open(List.of(), Optional.empty());
        assertThat(servedName()).isEqualTo("node");
        try (LogLines log = LogLines.capture()) {
            Files.writeString(served.cert(), "-----BEGIN CERTIFICATE-----\nhalf");
            Await.until("a warning", () -> log.text().contains(
                    "certificate unusable file=" + served.cert()));
            assertThat(servedName()).isEqualTo("node");
        }
        authority.issue("renewed", "IP:127.0.0.1").replace(served);
        Await.until("the renewed one", () -> servedName().equals("renewed"));
    }

    @Test
    void anAuthorityThatIsReplacedLetsNobodyInAnyMore() throws Exception {
        Path ca = Files.copy(authority.ca(), directory.resolve("clients.pem"));
        open(READER, Optional.of(new ClientCertificates(ca.toString(), false, false)));
        Issued alice = authority.issue("alice");
        assertThat(command(LIST, with(alice))).startsWith("200 ");
        SSLContext context = ClientContext.read(Optional.of(authority.ca()),
                Optional.of(new Pair(alice.cert(), alice.key(), Optional.empty())));
        Wire open = new Wire(context.getSocketFactory().createSocket("127.0.0.1", doors.server.port()));
        assertThat(open.get("/api/backends").readAnswer().status()).isEqualTo(200);
        Authority other = Authority.in(directory.resolve("theirs"));
        Files.copy(other.ca(), ca, StandardCopyOption.REPLACE_EXISTING);
        Await.until("a refusal", () -> command(LIST, with(alice)).startsWith("000 "));
        assertThat(command(LIST, with(other.issue("bob")))).startsWith("200 ");
        assertThat(open.get("/api/backends").readAnswer().status()).isEqualTo(401);
        open.close();
    }
}
