package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.LogLines;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Pki;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator says of TLS to backends holds for requests and probes, and for files that change. */
class BackendTlsTest {

    @TempDir
    static Path directory;
    private static Pki pki;
    private static Pki other;
    private static Pki.Pair good;

    @BeforeAll
    static void issue() throws Exception {
        pki = Pki.in(directory.resolve("pki"));
        other = Pki.in(directory.resolve("other"));
        good = pki.issue("good", 5, "IP:127.0.0.1");
    }

    private static JsonObject trusting(Path ca) {
        return new JsonObject().put("trust", ca.toString());
    }

    private static JsonObject service(JsonObject tls) {
        return GyreNode.oneTry().put("tls", tls);
    }

    private static JsonObject probed(JsonObject tls, String kind) {
        return service(tls).put("health", new JsonObject().put(kind, new JsonObject())
                .put("interval", "100ms").put("timeout", "10s").put("fall", 1));
    }

    private static int status(GyreNode node) throws Exception {
        try (Wire client = Wire.to(node.port())) {
            return client.get("/").readAnswer().status();
        }
    }

    @Test
    void probesFollowTheFilesAsWell() throws Exception {
        Path ca = directory.resolve("probed.pem");
        for (String kind : new String[] {"http", "tcp"}) {
            Files.copy(other.ca(), ca, StandardCopyOption.REPLACE_EXISTING);
            try (Origin origin = Origin.saying("x").within(good.server());
                 GyreNode node = GyreNode.before(new JsonObject(), probed(trusting(ca), kind),
                         origin.url())) {
                Await.until("it is down", () -> "down".equals(node.backend().getString("health")));
                Files.copy(pki.ca(), ca, StandardCopyOption.REPLACE_EXISTING);
                Await.until("it is healthy", () -> "healthy".equals(node.backend().getString("health")));
                assertThat(status(node)).isEqualTo(200);
            }
        }
    }

    @Test
    void probesSayWhyACertificateIsNotTrusted() throws Exception {
        Pki.Pair expired = pki.issue("expired", -1, "IP:127.0.0.1");
        for (String kind : new String[] {"http", "tcp"}) {
            try (Origin origin = Origin.saying("x").within(expired.server());
                 GyreNode node = GyreNode.before(new JsonObject(), probed(trusting(pki.ca()), kind),
                         origin.url())) {
                Await.until("it is down", () -> "down".equals(node.backend().getString("health")));
                assertThat(node.backend().getString("reason")).contains("certificate expired on 20");
            }
        }
    }

    @Test
    void logAndListSayWhyARequestFailed() throws Exception {
        try (LogLines log = LogLines.capture();
             Origin origin = Origin.saying("x").within(pki.issue("b", 5, "DNS:b.example").server());
             GyreNode node = GyreNode.before(new JsonObject(), service(trusting(pki.ca())), origin.url())) {
            assertThat(status(node)).isEqualTo(502);
            String reason = "web/" + origin.url() + ": no name matches: found b.example; expected 127.0.0.1";
            assertThat(node.backend().getString("connectFailure")).isEqualTo("tls-certificate: " + reason);
            assertThat(log.with("backend request failed")).singleElement().asString()
                    .contains("reason=tls-certificate detail=\"" + reason + "\"");
        }
    }

    @Test
    void aChangedFileCountsAndABrokenOneDoesNot() throws Exception {
        Path ca = directory.resolve("changing.pem");
        Files.copy(other.ca(), ca);
        try (LogLines log = LogLines.capture(); Origin origin = Origin.saying("x").within(good.server());
             GyreNode node = GyreNode.before(new JsonObject(), service(trusting(ca)), origin.url())) {
            assertThat(status(node)).isEqualTo(502);
            Files.copy(pki.ca(), ca, StandardCopyOption.REPLACE_EXISTING);
            Await.until("it is trusted", () -> status(node) == 200);
            Files.writeString(ca, "-----BEGIN CERTIFICATE-----\nhalf");
            Await.until("a warning", () -> !log.with("backend TLS files unusable").isEmpty());
            assertThat(status(node)).isEqualTo(200);
            assertThat(log.with("backend TLS files unusable")).singleElement().asString()
                    .contains("service=web", ca + ", line 1", "the former ones stay in use");
        }
    }

    @Test
    void aMissingFileIsSaidAndNoBackendIsCharged() throws Exception {
        Path missing = directory.resolve("missing.pem");
        try (LogLines log = LogLines.capture(); Origin origin = Origin.saying("x").within(good.server());
             GyreNode node = GyreNode.before(new JsonObject(), service(trusting(missing)), origin.url())) {
            assertThat(status(node)).isEqualTo(500);
            assertThat(node.backend().getLong("failures")).isZero();
            assertThat(node.backend().getString("connectFailure")).contains(missing.toString());
            assertThat(log.with("backend TLS files unusable")).singleElement().asString()
                    .contains(missing.toString(), "no connection to its https backends can be opened");
        }
    }

    @Test
    void whoeverAnswersWhereNothingIsChecked() throws Exception {
        try (LogLines log = LogLines.capture(); Origin origin = Origin.saying("x").within(good.server());
             GyreNode node = GyreNode.before(new JsonObject(),
                     service(new JsonObject().put("insecure", true)), origin.url())) {
            assertThat(status(node)).isEqualTo(200);
            assertThat(log.with("backend certificates not checked")).singleElement().asString()
                    .contains("service=web");
        }
    }

    @Test
    void aFingerprint() throws Exception {
        try (Origin origin = Origin.saying("x").within(pki.selfSigned("pin", -1, "DNS:z").server())) {
            String right = fingerprint(directory.resolve("pki/pin.pem"));
            String wrong = right.substring(0, right.length() - 2) + (right.endsWith("00") ? "01" : "00");
            try (GyreNode node = GyreNode.before(new JsonObject(),
                    service(new JsonObject().put("fingerprint", right)), origin.url())) {
                assertThat(status(node)).isEqualTo(200);
            }
            try (GyreNode node = GyreNode.before(new JsonObject(),
                    service(new JsonObject().put("fingerprint", wrong)), origin.url())) {
                assertThat(status(node)).isEqualTo(502);
                assertThat(node.backend().getString("connectFailure"))
                        .contains("the fingerprint does not match: found sha256:");
            }
        }
    }

    /** As openssl says it, with colons. */
    private static String fingerprint(Path certificate) throws Exception {
        Process openssl = new ProcessBuilder("openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in",
                certificate.toString()).start();
        String said = new String(openssl.getInputStream().readAllBytes()).strip();
        return "sha256:" + said.substring(said.indexOf('=') + 1);
    }
}
