package dev.gyre.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Openssl;
import dev.gyre.kit.Openssl.Issued;
import dev.gyre.tls.CertificateStore.Fault;
import dev.gyre.tls.CertificateStore.Look;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory of certificates is read as certbot, cert-manager, Kubernetes, mkcert and people lay it out. */
class CertificateLayoutsTest {

    @TempDir
    static Path made;
    private static Openssl openssl;
    private static Issued ca;
    private static Issued a;
    private static Issued b;
    private static Issued renewed;
    @TempDir
    Path directory;
    private CertificateStore store;

    @BeforeAll
    static void make() throws Exception {
        openssl = new Openssl(made);
        ca = openssl.authority("ca");
        a = openssl.issue("a", ca, "a.example.org");
        b = openssl.issue("b", ca, "b.example.org");
        renewed = openssl.issue("renewed", ca, "a.example.org", "new.example.org");
    }

    @BeforeEach
    void open() {
        store = new CertificateStore(new CertificateFiles(List.of(), Optional.of(directory)),
                UnknownName.FIRST, InstantSource.system());
    }

    @Test
    void readsCertbotsDirectoryWithItsLinksIntoTheArchive() throws Exception {
        certbot("a.example.org", a, 1);
        certbot("b.example.org", b, 1);
        Files.writeString(directory.resolve("live/README"), "This directory contains your keys");
        look(directory.resolve("live"), "a.example.org", "b.example.org");
        certbot("a.example.org", renewed, 2);
        changed("a.example.org", "new.example.org", "b.example.org");
    }

    @Test
    void readsOneNameOfCertbots() throws Exception {
        certbot("a.example.org", a, 1);
        look(directory.resolve("live/a.example.org"), "a.example.org");
    }

    /** Relative links, replaced one by one, beside the parts of the chain. */
    private void certbot(String name, Issued issued, int number) throws IOException {
        Path archive = Files.createDirectories(directory.resolve("archive/" + name));
        Path live = Files.createDirectories(directory.resolve("live/" + name));
        issued.with(ca, archive.resolve("fullchain" + number + ".pem"));
        Files.copy(issued.cert(), archive.resolve("cert" + number + ".pem"));
        Files.copy(ca.cert(), archive.resolve("chain" + number + ".pem"));
        Files.copy(issued.key(), archive.resolve("privkey" + number + ".pem"));
        for (String part : List.of("cert", "chain", "fullchain", "privkey")) {
            Path link = live.resolve(part + ".pem");
            Files.deleteIfExists(link);
            Files.createSymbolicLink(link, Path.of("../../archive/" + name + "/" + part + number + ".pem"));
        }
    }

    @Test
    void readsASecretOfKubernetesAndFollowsItsSwap() throws Exception {
        secret(directory, a, "..2026_11_30_1");
        look(directory, "a.example.org");
        secret(directory, renewed, "..2026_11_30_2");
        changed("a.example.org", "new.example.org");
    }

    @Test
    void readsSecretsInDirectoriesOfTheirOwn() throws Exception {
        secret(directory.resolve("site-a"), a, "..2026_11_30_1");
        secret(directory.resolve("site-b"), b, "..2026_11_30_1");
        look(directory, "a.example.org", "b.example.org");
        secret(directory.resolve("site-a"), renewed, "..2026_11_30_2");
        changed("a.example.org", "new.example.org", "b.example.org");
    }

    /** As kubelet writes it: links through ..data, which is swapped as a whole. */
    private static void secret(Path mount, Issued issued, String version) throws IOException {
        Path data = Files.createDirectories(mount.resolve(version));
        issued.with(ca, data.resolve("tls.crt"));
        Files.copy(issued.key(), data.resolve("tls.key"));
        Files.copy(ca.cert(), data.resolve("ca.crt"));
        Path fresh = Files.createSymbolicLink(mount.resolve("..data_tmp"), Path.of(version));
        Files.move(fresh, mount.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
        for (String name : List.of("tls.crt", "tls.key", "ca.crt")) {
            if (!Files.isSymbolicLink(mount.resolve(name))) {
                Files.createSymbolicLink(mount.resolve(name), Path.of("..data/" + name));
            }
        }
    }

    @Test
    void readsPairsByTheirNames() throws Exception {
        Files.copy(a.cert(), directory.resolve("a.crt"));
        Files.copy(a.key(), directory.resolve("a.key"));
        b.with(ca, directory.resolve("b.pem"));
        Files.copy(b.key(), directory.resolve("b.key"));
        Files.copy(renewed.cert(), directory.resolve("mkcert.pem"));
        Files.copy(renewed.key(), directory.resolve("mkcert-key.pem"));
        look(directory, "a.example.org", "b.example.org", "a.example.org", "new.example.org");
    }

    @Test
    void readsPairsByTheirNamesInDirectoriesOfTheirOwn() throws Exception {
        Path below = Files.createDirectory(directory.resolve("a.example.org"));
        Files.copy(a.cert(), below.resolve("a.example.org.cer"));
        Files.copy(a.key(), below.resolve("a.example.org.key"));
        Files.copy(ca.cert(), below.resolve("ca.cer"));
        a.with(ca, below.resolve("fullchain.cer"));
        look(directory, "a.example.org");
    }

    @Test
    void readsAFileThatHoldsBoth() throws Exception {
        Files.writeString(directory.resolve("a.pem"), Files.readString(a.cert()) + Files.readString(a.key()));
        look(directory, "a.example.org");
    }

    @Test
    void passesOverWhatIsNoServersCertificate() throws Exception {
        Files.copy(a.cert(), directory.resolve("a.crt"));
        Files.copy(a.key(), directory.resolve("a.key"));
        Files.copy(ca.cert(), directory.resolve("ca.crt"));
        Files.writeString(directory.resolve("dhparam.pem"), "-----BEGIN DH PARAMETERS-----\nMAYCAQcCAQI=\n"
                + "-----END DH PARAMETERS-----\n");
        Files.writeString(directory.resolve("notes.txt"), "-----BEGIN CERTIFICATE-----");
        Files.createDirectory(directory.resolve("lost+found"));
        look(directory, "a.example.org");
    }

    @Test
    void aCertificateWithoutItsKeyIsAFault() throws Exception {
        Files.copy(a.cert(), directory.resolve("a.crt"));
        Look look = store.look();
        assertThat(look.changed()).isEmpty();
        assertThat(look.faults()).extracting(Fault::reason).singleElement().asString()
                .startsWith(directory.resolve("a.key") + ": not found (expected: a PEM file that user ");
    }

    @Test
    void aPairThatIsRemovedTakesItsNamesWithIt() throws Exception {
        Files.copy(a.cert(), directory.resolve("a.crt"));
        Files.copy(a.key(), directory.resolve("a.key"));
        Files.copy(b.cert(), directory.resolve("b.crt"));
        Files.copy(b.key(), directory.resolve("b.key"));
        look(directory, "a.example.org", "b.example.org");
        Files.delete(directory.resolve("a.crt"));
        Look half = store.look();
        assertThat(half.changed()).isEmpty();
        assertThat(half.faults()).singleElement().satisfies(fault -> {
            assertThat(fault.reason()).startsWith(directory.resolve("a.crt") + ": not found");
            assertThat(fault.served()).isTrue();
        });
        Files.delete(directory.resolve("a.key"));
        changed("b.example.org");
        Files.delete(directory.resolve("b.key"));
        Files.delete(directory.resolve("b.crt"));
        Look none = store.look();
        assertThat(none.changed()).as("an empty directory ends no site").isEmpty();
        assertThat(none.faults()).anySatisfy(fault ->
                assertThat(fault.reason()).startsWith(directory + ": no certificate (expected: NAME.crt"));
    }

    @Test
    void aDirectoryThatVanishesKeepsWhatWasRead() throws Exception {
        Path mounted = Files.createDirectory(directory.resolve("mounted"));
        Files.copy(a.cert(), mounted.resolve("a.crt"));
        Files.copy(a.key(), mounted.resolve("a.key"));
        look(mounted, "a.example.org");
        Files.move(mounted, directory.resolve("elsewhere"));
        Look gone = store.look();
        assertThat(gone.changed()).isEmpty();
        assertThat(gone.faults()).extracting(Fault::reason).anySatisfy(reason -> assertThat(reason)
                .startsWith(mounted + ": not found (expected: a directory of certificates and keys that "));
    }

    private void look(Path at, String... names) {
        store = new CertificateStore(new CertificateFiles(List.of(), Optional.of(at)), UnknownName.FIRST,
                InstantSource.system());
        changed(names);
    }

    private void changed(String... names) {
        Look look = store.look();
        assertThat(look.faults()).isEmpty();
        assertThat(look.changed().orElseThrow().all().stream().flatMap(one -> one.names().stream()))
                .containsExactlyInAnyOrder(names);
        assertThat(store.look().changed()).as("an unchanged directory").isEmpty();
    }
}
