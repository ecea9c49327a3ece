package dev.gyre.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.config.ConfigCheck.Report;
import dev.gyre.config.ConfigReader;
import dev.gyre.kit.Openssl;
import dev.gyre.kit.Openssl.Issued;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code check} judges each certificate by itself, and all of them against the routes. */
class CertificateCheckTest {

    @TempDir
    static Path directory;
    private static Openssl openssl;
    private static Issued root;
    private static Issued ca;
    private static Issued web;
    private static Path chain;
    /** Certificates made in a test are valid by then. */
    private Instant now = Instant.now().plus(Duration.ofHours(1));

    @BeforeAll
    static void make() throws Exception {
        openssl = new Openssl(directory);
        root = openssl.authority("root");
        ca = openssl.intermediate("ca", root);
        web = openssl.issue("web", ca, "www.example.org", "*.api.example.org");
        chain = web.with(ca, openssl.file("chain.pem"));
    }

    @Test
    void findsNothingInAWholeChainThatFitsTheRoutes() {
        assertThat(check(tls(chain, web), "www.example.org", "v1.api.example.org"))
                .isEqualTo(new Report(true, List.of()));
        assertThat(check(tls(chain, web), "*.api.example.org", "www.example.org").lines()).isEmpty();
        assertThat(check(tls(chain, web)).lines()).as("all requests go to one service").isEmpty();
        assertThat(check(tls(chain, web), "*").lines()).isEmpty();
    }

    @Test
    void namesAllThatIsWrongAtOnce() throws Exception {
        Issued other = openssl.issue("other", ca, "other.test");
        Issued old = openssl.expired("old", ca, "old.test");
        Path absent = openssl.file("absent.pem");
        JsonObject tls = tls(chain, other);
        tls.getJsonArray("certificates").add(pair(old.cert(), old.key())).add(pair(absent, web.key()));
        Report report = check(tls);
        assertThat(report.ok()).isFalse();
        assertThat(report.lines()).hasSize(3).allMatch(line -> line.startsWith("listeners[0].tls: "))
                .anyMatch(line -> line.contains(other.key() + ": not the key of " + chain))
                .anyMatch(line -> line.contains(old.cert() + ": expired at "))
                .anyMatch(line -> line.contains(absent + ": not found"));
    }

    @Test
    void doubtsChainsThatClientsCannotFollow() throws Exception {
        says(tls(web.cert(), web), web.cert() + ": without the certificate of its issuer");
        Path skipping = web.with(root, openssl.file("skipping.pem"));
        says(tls(skipping, web), skipping + ": certificate 2 has not issued certificate 1");
        Path turned = Files.writeString(openssl.file("turned.pem"), Files.readString(web.cert())
                + Files.readString(root.cert()) + Files.readString(ca.cert()));
        assertThat(check(tls(turned, web)).lines()).hasSize(2)
                .anyMatch(line -> line.contains("certificate 2 has not issued certificate 1"))
                .anyMatch(line -> line.contains("certificate 3 has not issued certificate 2"));
    }

    @Test
    void doubtsOneThatEndsSoon() {
        now = now.plus(Duration.ofDays(28));
        says(tls(chain, web), chain + ": expires at ");
    }

    @Test
    void doubtsWhatTodaysClientsRefuse() throws Exception {
        Path key = openssl.file("weak.key");
        openssl.run("req", "-x509", "-newkey", "rsa:1024", "-nodes", "-keyout", key.toString(), "-subj",
                "/CN=weak.test", "-sha1", "-addext", "extendedKeyUsage=clientAuth", "-days", "30", "-out",
                "weak.pem");
        assertThat(check(tls(openssl.file("weak.pem"), new Issued(key, key))).lines()).hasSize(4)
                .anyMatch(line -> line.contains("without subject alternative names"))
                .anyMatch(line -> line.contains("not issued for servers"))
                .anyMatch(line -> line.contains("an RSA key of 1024 bits"))
                .anyMatch(line -> line.contains("signed with SHA1withRSA"));
    }

    @Test
    void comparesNamesWithRoutes() {
        says(tls(chain, web), chain + ": no route needs \"*.api.example.org\"", "www.example.org");
        says(tls(chain, web), "no certificate covers the route of host \"shop.example.org\"",
                "www.example.org", "v1.api.example.org", "shop.example.org");
    }

    @Test
    void doubtsTwoForOneName() throws Exception {
        Issued twin = openssl.issue("twin", ca, "www.example.org");
        Path twins = twin.with(ca, openssl.file("twin.pem"));
        JsonObject tls = tls(chain, web);
        tls.getJsonArray("certificates").add(pair(twins, twin.key()));
        says(tls, twins + ": \"www.example.org\" is in " + chain + ", too");
        Issued rsa = openssl.issue("rsa", openssl.rsaKey("rsa"), ca, "www.example.org");
        JsonObject both = tls(chain, web);
        both.getJsonArray("certificates").add(pair(rsa.with(ca, openssl.file("rsa.pem")), rsa.key()));
        assertThat(check(both).lines()).isEmpty();
    }

    @Test
    void wantsACertificateForTheDefault() {
        Report report = check(tls(chain, web).put("default", "other.test"));
        assertThat(report.ok()).isFalse();
        assertThat(report.lines()).containsExactly("listeners[0].tls: default: no certificate for"
                + " \"other.test\" (expected: a name that one of the certificates has, or \"refuse\")");
        assertThat(check(tls(chain, web).put("default", "v1.api.example.org")).ok()).isTrue();
        assertThat(check(tls(chain, web).put("default", "refuse")).ok()).isTrue();
    }

    @Test
    void judgesTheAuthoritiesOfClientsAndTheAdminPort() throws Exception {
        Issued other = openssl.issue("another", ca, "other.test");
        Path absent = openssl.file("absent.pem");
        JsonObject clients = new JsonObject().put("ca", absent.toString());
        assertThat(check(tls(chain, web).put("clients", clients)).lines())
                .singleElement().asString().startsWith("listeners[0].tls: clients.ca: " + absent);
        Report admin = check(new JsonObject().put("tls",
                pair(chain, other.key()).put("clients", clients)), tls(chain, web));
        assertThat(admin.ok()).isFalse();
        assertThat(admin.lines()).hasSize(2)
                .anyMatch(line -> line.startsWith("admin.tls: " + other.key() + ": not the key of " + chain))
                .anyMatch(line -> line.startsWith("admin.tls: clients.ca: " + absent));
        assertThat(check(new JsonObject().put("tls", pair(chain, web.key()).put("clients",
                new JsonObject().put("ca", root.cert().toString()))), tls(chain, web)).lines()).isEmpty();
    }

    private void says(JsonObject tls, String warning, String... hosts) {
        Report report = check(tls, hosts);
        assertThat(report.ok()).isTrue();
        assertThat(report.lines()).singleElement().asString()
                .startsWith("warning: listeners[0].tls: " + warning);
    }

    private static JsonObject tls(Path certificate, Issued key) {
        return new JsonObject().put("certificates", new JsonArray().add(pair(certificate, key.key())));
    }

    private static JsonObject pair(Path certificate, Path key) {
        return new JsonObject().put("cert", certificate.toString()).put("key", key.toString());
    }

    private Report check(JsonObject tls, String... hosts) {
        return check(new JsonObject(), tls, hosts);
    }

    private Report check(JsonObject admin, JsonObject tls, String... hosts) {
        JsonArray routes = new JsonArray();
        Arrays.stream(hosts).forEach(host -> routes.add(new JsonObject().put("host", host)
                .put("service", "web")));
        JsonObject config = new JsonObject()
                .put("listeners", new JsonArray().add(new JsonObject().put("port", 8443).put("tls", tls)))
                .put("services", new JsonObject().put("web", new JsonObject()
                        .put("backends", new JsonArray().add("http://127.0.0.1:9001"))))
                .put("routes", routes).put("admin", admin);
        return CertificateCheck.run(ConfigReader.read(config).accepted().orElseThrow(), () -> now);
    }
}
