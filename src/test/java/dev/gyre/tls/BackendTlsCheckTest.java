package dev.gyre.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Pki;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendTls;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Origin;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Topology;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What would keep a node from its backends is found before it starts, with the file and the reason. */
class BackendTlsCheckTest {

    @TempDir
    Path directory;

    private static BackendTls tls(Path trust, Path cert, Path key) {
        return new BackendTls(trust.toString(), Optional.empty(), Optional.empty(),
                Optional.of(cert.toString()), Optional.of(key.toString()), Optional.empty(), false);
    }

    private static Topology with(String url, BackendTls tls) {
        Service web = new Service("web", ServicePolicy.DEFAULT.with(tls),
                List.of(new Backend(BackendUrl.parse(url), 1, false, Origin.CONFIG)), Origin.CONFIG);
        return new Topology(Map.of("web", web), List.of(), "1");
    }

    private static List<String> errors(BackendTls tls) {
        return BackendTlsCheck.errors(with("https://a", tls), InstantSource.system());
    }

    @Test
    void eachFile() throws Exception {
        Pki pki = Pki.in(directory);
        Pki.Pair own = pki.issue("own", 5);
        Pki.Pair other = pki.issue("other", 5);
        Pki.Pair expired = pki.issue("expired", -1);
        Path empty = Files.writeString(directory.resolve("empty.pem"), "");
        assertThat(errors(tls(pki.ca(), own.cert(), own.key()))).isEmpty();
        assertThat(errors(tls(directory.resolve("none"), own.cert(), own.key()))).singleElement().asString()
                .startsWith("services.web.tls: " + directory.resolve("none"));
        assertThat(errors(tls(empty, own.cert(), own.key()))).singleElement().asString()
                .startsWith("services.web.tls: " + empty + ": no certificate");
        assertThat(errors(tls(pki.ca(), own.cert(), other.key()))).singleElement().asString()
                .contains(other.key() + ": not the key of " + own.cert());
        assertThat(errors(tls(pki.ca(), expired.cert(), expired.key()))).singleElement().asString()
                .contains(expired.cert() + ": expired at 20");
        assertThat(BackendTlsCheck.errors(with("http://a", tls(empty, empty, empty)), InstantSource.system()))
                .as("no backend needs them").isEmpty();
    }

    @Test
    void whatIsNotChecked() {
        BackendTls any = new BackendTls(BackendTls.SYSTEM, Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(), Optional.empty(), true);
        assertThat(BackendTlsCheck.warnings(with("https://a", any))).singleElement().asString()
                .startsWith("warning: services.web.tls.insecure: ");
        assertThat(BackendTlsCheck.warnings(with("https://a", BackendTls.DEFAULT))).isEmpty();
    }
}
