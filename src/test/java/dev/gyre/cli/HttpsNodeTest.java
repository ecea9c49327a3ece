package dev.gyre.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.api.Doors;
import dev.gyre.api.Doors.Said;
import dev.gyre.kit.Authority;
import dev.gyre.kit.Authority.Issued;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command line says of an admin port with HTTPS that it cannot trust, or that does not trust it. */
class HttpsNodeTest {

    private static final String REPLY = "{\"ok\":true,\"version\":\"1\",\"nodes\":[]}";

    private final Vertx vertx = Vertx.vertx();
    @TempDir
    Path directory;
    private Authority authority;

    @BeforeEach
    void make() throws Exception {
        authority = Authority.in(directory.resolve("ours"));
    }

    @AfterEach
    void close() {
        vertx.close().await();
    }

    private String serve(Issued issued, ClientAuth clients) {
        HttpServer server = vertx.createHttpServer(new HttpServerOptions().setSsl(true)
                .setKeyCertOptions(new PemKeyCertOptions().setCertPath(issued.cert().toString())
                        .setKeyPath(issued.key().toString()))
                .setClientAuth(clients)
                .setTrustOptions(new PemTrustOptions().addCertPath(authority.ca().toString())))
                .requestHandler(request -> request.response().end(REPLY)).listen(0, "127.0.0.1").await();
        return "127.0.0.1:" + server.actualPort();
    }

    private static Said ask(Map<String, String> env, String node, Object... options) {
        List<String> words = new ArrayList<>(List.of("node", "list", "--node", node));
        List.of(options).forEach(option -> words.add(option.toString()));
        return Doors.cli(env, words);
    }

    private static Said ask(String node, Object... options) {
        return ask(Map.of(), node, options);
    }

    private static void refused(Said said, String words) {
        assertThat(said.exit()).as(said.toString()).isEqualTo(3);
        assertThat(said.err()).contains(words).hasLineCount(1);
        assertThat(said.out()).isEmpty();
    }

    @Test
    void aNodeWithATrustedCertificateIsAsked() throws Exception {
        String node = serve(authority.issue("node", "IP:127.0.0.1", "DNS:localhost"), ClientAuth.NONE);
        assertThat(ask("https://" + node, "--ca", authority.ca()).exit()).isZero();
        assertThat(ask("https://" + node.replace("127.0.0.1", "localhost"), "--ca", authority.ca()).exit())
                .isZero();
    }

    @Test
    void anUnknownAuthorityIsNamedAsTheReason() throws Exception {
        String node = "https://" + serve(authority.issue("node", "IP:127.0.0.1"), ClientAuth.NONE);
        Authority other = Authority.in(directory.resolve("theirs"));
        refused(ask(node), "no authority known here has signed the node's certificate (expected: one in --ca"
                + " FILE, or among those of the JDK)");
        refused(ask(node, "--ca", other.ca()), "(expected: one in --ca " + other.ca() + ")");
    }

    @Test
    void anotherNameIsShownWithTheOneInQuestion() throws Exception {
        String node = "https://" + serve(authority.issue("node", "DNS:node.example"), ClientAuth.NONE);
        refused(ask(node, "--ca", authority.ca()), "the node's certificate names another host (");
        refused(ask(node.replace("127.0.0.1", "localhost"), "--ca", authority.ca()), "localhost");
    }

    @Test
    void anExpiredCertificateIsCalledExpired() throws Exception {
        String node = "https://" + serve(authority.expired("node", "IP:127.0.0.1"), ClientAuth.NONE);
        refused(ask(node, "--ca", authority.ca()), "the node's certificate has expired (");
    }

    @Test
    void httpAndHttpsAreToldApart() throws Exception {
        HttpServer plain = vertx.createHttpServer().requestHandler(request -> request.response().end(REPLY))
                .listen(0, "127.0.0.1").await();
        String http = "127.0.0.1:" + plain.actualPort();
        refused(ask("https://" + http, "--ca", authority.ca()),
                "the answer is no TLS; does the node serve plain HTTP? (expected then: --node " + http + ")");
        String https = serve(authority.issue("node", "IP:127.0.0.1"), ClientAuth.NONE);
        refused(ask(https), "does it serve HTTPS? (expected then: --node https://" + https + ")");
    }

    @Test
    void aNodeThatAsksForACertificateSaysSo() throws Exception {
        String node = "https://" + serve(authority.issue("node", "IP:127.0.0.1"), ClientAuth.REQUIRED);
        Issued alice = authority.issue("alice");
        Issued stranger = Authority.in(directory.resolve("theirs")).issue("stranger");
        assertThat(ask(node, "--ca", authority.ca(), "--cert", alice.cert(), "--key", alice.key()).exit())
                .isZero();
        refused(ask(node, "--ca", authority.ca()), "the node asks for a client certificate (");
        refused(ask(node, "--ca", authority.ca(), "--cert", stranger.cert(), "--key", stranger.key()),
                "the node");
    }

    @Test
    void anEncryptedKeyTakesItsPasswordFromTheEnvironment() throws Exception {
        String node = "https://" + serve(authority.issue("node", "IP:127.0.0.1"), ClientAuth.REQUIRED);
        Issued alice = authority.issue("alice");
        Path locked = authority.lock(alice, "s3cret");
        Object[] options = {"--ca", authority.ca(), "--cert", alice.cert(), "--key", locked};
        assertThat(ask(Map.of("GYRE_KEY_PASSWORD", "s3cret"), node, options).exit()).isZero();
        Said without = ask(node, options);
        assertThat(without.exit()).isEqualTo(2);
        assertThat(without.err()).contains("the key is encrypted", "GYRE_KEY_PASSWORD");
    }

    @Test
    void filesThatDoNotServeAreNamedBeforeAnythingIsSent() throws Exception {
        Path empty = Files.createFile(directory.resolve("empty.pem"));
        misused("empty.pem: no certificate (expected: PEM", "https://localhost:1",
                "--ca", empty);
        misused("nowhere.pem: not found", "https://localhost:1", "--ca", directory.resolve("nowhere.pem"));
        misused("(expected: --node https://localhost:1)", "localhost:1", "--ca", empty);
        misused("--cert without --key (expected: both)", "https://localhost:1", "--cert", empty);
        misused("--key without --cert (expected: both)", "https://localhost:1", "--key", empty);
    }

    private static void misused(String message, String node, Object... options) {
        Said said = ask(node, options);
        assertThat(said.exit()).as(said.toString()).isEqualTo(2);
        assertThat(said.err()).contains(message);
    }
}
