package dev.gyre.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Openssl;
import dev.gyre.kit.Openssl.Issued;
import dev.gyre.tls.CertificateFiles.Pair;
import dev.gyre.tls.CertificateStore.Fault;
import dev.gyre.tls.CertificateStore.Look;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that serve nobody leave what was read before in place, and say why. */
class UnusableFilesTest {

    @TempDir
    static Path made;
    private static Openssl openssl;
    private static Issued first;
    private static Issued second;
    private static Issued old;
    @TempDir
    Path directory;
    private Path cert;
    private Path key;
    private Instant now = Instant.now();
    private CertificateStore store;

    @BeforeAll
    static void make() throws Exception {
        openssl = new Openssl(made);
        Issued ca = openssl.authority("ca");
        first = openssl.issue("first", ca, "example.org");
        second = openssl.issue("second", ca, "example.org", "www.example.org");
        old = openssl.expired("old", ca, "example.org");
    }

    @BeforeEach
    void open() throws Exception {
        cert = directory.resolve("site.crt");
        key = directory.resolve("site.key");
        write(first);
        store = new CertificateStore(new CertificateFiles(List.of(new Pair(cert, key, Optional.empty())),
                Optional.empty()), UnknownName.FIRST, () -> now);
        assertThat(store.look().changed()).isPresent();
    }

    @Test
    void aMismatchKeepsTheOldOneUntilTheKeyHasCome() throws Exception {
        Files.writeString(cert, Files.readString(second.cert()));
        rejected(key + ": not the key of " + cert);
        Files.writeString(key, Files.readString(second.key()));
        Look mended = store.look();
        assertThat(mended.faults()).isEmpty();
        assertThat(mended.changed().orElseThrow().covers("www.example.org")).isTrue();
    }

    @Test
    void aHalfWrittenFileKeepsTheOldOne() throws Exception {
        String whole = Files.readString(second.cert());
        Files.writeString(cert, whole.substring(0, whole.length() / 2));
        rejected(cert + ", line 1: CERTIFICATE without its end (expected: \"-----END CERTIFICATE-----\"); is"
                + " the file half written?");
        Files.writeString(cert, "");
        rejected(cert + ": no certificate (expected: PEM, ");
    }

    @Test
    void aRemovedFileKeepsTheOldOne() throws Exception {
        Files.delete(key);
        rejected(key + ": not found (expected: a PEM file that user ");
        Files.createDirectory(key);
        rejected(key + " is a directory (expected: a regular file)");
    }

    @Test
    void anExpiredOneIsNotTaken() throws Exception {
        write(old);
        rejected(cert + ": expired at ");
    }

    @Test
    void oneThatExpiresWhileItIsServedIsAFaultAndServedOn() throws Exception {
        now = now.plus(Duration.ofDays(29));
        assertThat(store.look().faults()).isEmpty();
        now = now.plus(Duration.ofDays(2));
        rejected(cert + ": expired at ");
        rejected(cert + ": expired at ");
        write(second);
        now = now.minus(Duration.ofDays(31));
        Look renewed = store.look();
        assertThat(renewed.faults()).isEmpty();
        assertThat(renewed.changed()).isPresent();
    }

    @Test
    void oneThatIsNotYetValidIsTakenWhenItIs() throws Exception {
        write(second);
        now = now.minus(Duration.ofDays(1));
        rejected(cert + ": not valid before ");
        now = now.plus(Duration.ofDays(1));
        assertThat(store.look().changed()).isPresent();
    }

    @Test
    void theOldOneIsNoChangeWhenItComesBack() throws Exception {
        Files.writeString(cert, "");
        rejected(cert + ": no certificate");
        write(first);
        Look back = store.look();
        assertThat(back.faults()).isEmpty();
        assertThat(back.changed()).isEmpty();
    }

    private void rejected(String reason) {
        Look look = store.look();
        assertThat(look.changed()).isEmpty();
        assertThat(look.faults()).singleElement().satisfies(fault -> {
            assertThat(fault.source()).isEqualTo(cert.toString());
            assertThat(fault.reason()).startsWith(reason);
            assertThat(fault).extracting(Fault::served).isEqualTo(true);
        });
    }

    private void write(Issued issued) throws Exception {
        Files.writeString(cert, Files.readString(issued.cert()));
        Files.writeString(key, Files.readString(issued.key()));
    }
}
