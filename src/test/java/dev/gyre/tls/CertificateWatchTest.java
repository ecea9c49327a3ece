package dev.gyre.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gyre.kit.LogLines;
import dev.gyre.kit.Openssl;
import dev.gyre.kit.Openssl.Issued;
import dev.gyre.model.CertificateStatus;
import dev.gyre.tls.CertificateFiles.Pair;
import dev.gyre.tls.CertificateWatch.Source;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files are looked at again: what changes is served, what is wrong is said once, and so is its end. */
class CertificateWatchTest {

    @TempDir
    static Path made;
    private static Issued first;
    private static Issued second;
    @TempDir
    Path directory;
    private Path cert;
    private Path key;
    private Instant now = Instant.now();
    private Path authorities;
    private CertificateWatch watch;

    @BeforeAll
    static void make() throws Exception {
        Openssl openssl = new Openssl(made);
        Issued ca = openssl.authority("ca");
        Issued one = openssl.issue("one", ca, "example.org");
        first = new Issued(one.with(ca, openssl.file("one.pem")), one.key());
        Issued two = openssl.issue("two", ca, "example.org", "www.example.org");
        second = new Issued(two.with(ca, openssl.file("two.pem")), two.key());
    }

    @BeforeEach
    void open() throws Exception {
        cert = directory.resolve("site.pem");
        key = directory.resolve("site.key");
        authorities = made.resolve("trusted.pem");
        Files.copy(made.resolve("ca.crt"), authorities, StandardCopyOption.REPLACE_EXISTING);
        write(first);
        Source listed = new Source(new CertificateFiles(List.of(new Pair(cert, key, Optional.empty())),
                Optional.empty()), UnknownName.FIRST, Optional.of(authorities));
        watch = CertificateWatch.open(Map.of("listeners[0].tls", listed, "listeners[1].tls", new Source(
                new CertificateFiles(List.of(), Optional.of(directory)), UnknownName.REFUSED,
                Optional.empty())), () -> now);
    }

    @Test
    void servesAChangedFileAtEachPlace() throws Exception {
        ServedCertificates served = watch.served("listeners[0].tls");
        assertThat(served.now().covers("www.example.org")).isFalse();
        write(second);
        List<String> log = look();
        assertThat(served.now().covers("www.example.org")).isTrue();
        assertThat(watch.served("listeners[1].tls").serves(Optional.of("www.example.org"))).isTrue();
        assertThat(log).allMatch(line -> line.contains("certificate renewed file=" + cert
                + " names=[example.org, www.example.org] until="));
        assertThat(watch.statuses()).singleElement().satisfies(status -> {
            assertThat(status.name()).isEqualTo("example.org");
            assertThat(status).extracting(CertificateStatus::file).isEqualTo(cert.toString());
        });
    }

    @Test
    void saysOnceWhatIsWrongAndOnceThatItIsOver() throws Exception {
        Files.writeString(cert, "-----BEGIN CERTIFICATE-----\n");
        assertThat(look()).singleElement().asString().contains("WARN", "certificate unusable file=" + cert
                + " reason=\"" + cert + ", line 1: CERTIFICATE without its end", "half written",
                ": the one read before is served");
        assertThat(watch.faults()).singleElement().asString().startsWith(cert + ", line 1: ");
        assertThat(look()).isEmpty();
        write(first);
        assertThat(look()).singleElement().asString()
                .contains("INFO", "certificate usable again file=" + cert);
        assertThat(watch.faults()).isEmpty();
        assertThat(look()).isEmpty();
    }

    @Test
    void saysThatTheOneThatIsServedHasExpired() {
        now = now.plus(Duration.ofDays(31));
        assertThat(look()).singleElement().asString().contains("WARN", cert + ": expired at ");
        assertThat(look()).isEmpty();
        assertThat(watch.faults()).hasSize(1);
        assertThat(watch.served("listeners[0].tls").serves(Optional.of("example.org"))).isTrue();
    }

    @Test
    void aPairThatComesAndGoesTakesItsNamesAlong() throws Exception {
        Path more = directory.resolve("www.pem");
        Files.copy(second.cert(), more);
        Files.copy(second.key(), directory.resolve("www.key"));
        assertThat(look()).singleElement().asString().contains("certificate renewed file=" + more);
        ServedCertificates served = watch.served("listeners[1].tls");
        assertThat(served.serves(Optional.of("www.example.org"))).isTrue();
        Files.delete(more);
        Files.delete(directory.resolve("www.key"));
        assertThat(look()).singleElement().asString().contains("certificate removed file=" + more);
        assertThat(served.serves(Optional.of("www.example.org"))).isFalse();
        assertThat(served.serves(Optional.of("example.org"))).isTrue();
    }

    @Test
    void clientsAuthoritiesAreReadAgainToo() throws Exception {
        ClientAuthorities trusted = watch.clients("listeners[0].tls").orElseThrow();
        assertThat(trusted.getAcceptedIssuers()).hasSize(1);
        Files.writeString(authorities, "");
        assertThat(look()).singleElement().asString().contains("certificate unusable file=" + authorities
                + " reason=\"" + authorities + ": no certificate");
        assertThat(watch.faults()).hasSize(1);
        Files.writeString(authorities, Files.readString(first.cert()));
        assertThat(look()).hasSize(2)
                .anyMatch(line -> line.contains("client authorities renewed file=" + authorities))
                .anyMatch(line -> line.contains("certificate usable again file=" + authorities));
        assertThat(trusted.getAcceptedIssuers()).hasSize(2);
        assertThat(watch.clients("listeners[1].tls")).isEmpty();
    }

    @Test
    void opensWithAllOrNamesAllThatIsWrong() throws Exception {
        Files.writeString(key, "");
        Path absent = directory.resolve("absent");
        assertThatThrownBy(() -> CertificateWatch.open(Map.of("listeners[0].tls", new Source(
                new CertificateFiles(List.of(new Pair(cert, key, Optional.empty()),
                        new Pair(absent, key, Optional.empty())), Optional.of(absent)), UnknownName.FIRST,
                Optional.empty())),
                () -> now)).isInstanceOfSatisfying(UnusableCertificates.class, unusable ->
                        assertThat(unusable.reasons()).hasSize(3)
                                .allMatch(reason -> reason.startsWith("listeners[0].tls: "))
                                .anyMatch(reason -> reason.contains(key + ": no private key"))
                                .anyMatch(reason -> reason.contains(absent + ": not found (expected: a PEM"))
                                .anyMatch(reason -> reason.contains(absent + ": not found (expected: a d")));
    }

    private List<String> look() {
        try (LogLines lines = LogLines.capture()) {
            watch.look();
            return lines.with("gyre.tls");
        }
    }

    private void write(Issued issued) throws Exception {
        Files.writeString(cert, Files.readString(issued.cert()));
        Files.writeString(key, Files.readString(issued.key()));
    }
}
