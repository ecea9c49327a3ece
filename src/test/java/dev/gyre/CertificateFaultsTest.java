package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Admin;
import dev.gyre.kit.Await;
import dev.gyre.kit.GyreProcess;
import dev.gyre.kit.Openssl;
import dev.gyre.kit.Openssl.Issued;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node tells its operator of certificates that cannot be used, in each place where one looks. */
class CertificateFaultsTest {

    @TempDir
    Path directory;
    private Openssl openssl;
    private Issued ca;
    private Issued site;
    private Path cert;

    @BeforeEach
    void make() throws Exception {
        openssl = new Openssl(directory);
        ca = openssl.authority("ca");
        site = openssl.issue("site", ca, "example.org");
        cert = site.with(ca, openssl.file("site.pem"));
    }

    private JsonObject config(Path... keys) {
        JsonArray pairs = new JsonArray();
        for (Path key : keys) {
            pairs.add(new JsonObject().put("cert", cert.toString()).put("key", key.toString()));
        }
        return new JsonObject()
                .put("listeners", new JsonArray().add(new JsonObject().put("host", "127.0.0.1").put("port", 0)
                        .put("tls", new JsonObject().put("certificates", pairs))))
                .put("services", new JsonObject().put("web", new JsonObject()
                        .put("backends", new JsonArray().add("http://127.0.0.1:9001"))));
    }

    @Test
    void aFileThatIsBrokenWhileItIsServedShowsInReadinessAndMetrics() throws Exception {
        try (GyreNode node = GyreNode.start(config(site.key()))) {
            Admin admin = new Admin(node.adminPort());
            assertThat(admin.get("/ready").body()).isEqualTo("ready\n");
            assertThat(node.sample("gyre_certificate_faults")).isZero();
            assertThat(admin.get("/metrics").body()).contains("gyre_certificate_expiry_timestamp_seconds{"
                    + "name=\"example.org\",algorithm=\"EC\",file=\"" + cert + "\"} ");
            String whole = Files.readString(cert);
            Files.writeString(cert, whole.substring(0, whole.length() / 3));
            Await.until("a fault", () -> node.sample("gyre_certificate_faults") == 1);
            Admin.Reply ready = admin.get("/ready");
            assertThat(ready.status()).isEqualTo(200);
            assertThat(ready.body()).startsWith("ready\ncertificate: " + cert
                    + ", line 1: CERTIFICATE without its end (expected: ");
            Files.writeString(cert, whole);
            Await.until("no fault", () -> node.sample("gyre_certificate_faults") == 0);
            assertThat(admin.get("/ready").body()).isEqualTo("ready\n");
        }
    }

    @Test
    void aNodeDoesNotStartWithCertificatesThatServeNobody() throws Exception {
        Path other = openssl.ecKey("other");
        Path absent = openssl.file("absent.key");
        Path file = Files.writeString(openssl.file("gyre.json"), config(other, absent).encode());
        String[] all = {"gyre: listeners[0].tls: " + other + ": not the key of " + cert,
            "gyre: listeners[0].tls: " + absent + ": not found"};
        try (GyreProcess node = GyreProcess.start(List.of(),
                List.of("run", "dev.gyre.MainVerticle", "-conf", file.toString()))) {
            assertThat(node.exitCode()).as(node.output().toString()).isEqualTo(2);
            assertThat(String.join("\n", node.output())).contains(all);
        }
        try (GyreProcess check = GyreProcess.start(List.of(), List.of("check", "-conf", file.toString()))) {
            assertThat(check.exitCode()).isEqualTo(1);
            assertThat(String.join("\n", check.output())).contains(other + ": not the key of",
                    absent + ": not found");
        }
    }

    @Test
    void checkWarnsOfWhatClientsMayRefuse() throws Exception {
        Files.writeString(cert, Files.readString(site.cert()));
        Path file = Files.writeString(openssl.file("gyre.json"), config(site.key()).encode());
        try (GyreProcess check = GyreProcess.start(List.of(), List.of("check", "-conf", file.toString()))) {
            assertThat(check.exitCode()).isZero();
            assertThat(String.join("\n", check.output())).contains("ok: 1 service",
                    "warning: listeners[0].tls: " + cert + ": without the certificate of its issuer");
        }
    }
}
