package dev.gyre.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gyre.kit.Openssl;
import dev.gyre.kit.Openssl.Issued;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A key is read in each form in which openssl, certbot and cert-manager write one. */
class PrivateKeyFormsTest {

    private static final String PASSWORD = "geheim ü";

    @TempDir
    static Path directory;
    private static Openssl openssl;
    private static Issued rsa;
    private static Issued ec;

    @BeforeAll
    static void make() throws Exception {
        openssl = new Openssl(directory);
        Issued ca = openssl.authority("ca");
        rsa = openssl.issue("rsa", openssl.rsaKey("rsa"), ca, "example.org");
        ec = openssl.issue("ec", ca, "example.org");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa -traditional", "pkcs8 -topk8 -nocrypt", "pkey"})
    void readsAnRsaKey(String command) throws Exception {
        isRead(rsa, convert(rsa, command), Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"ec", "ec -no_public", "pkcs8 -topk8 -nocrypt", "pkey"})
    void readsAnEcKey(String command) throws Exception {
        isRead(ec, convert(ec, command), Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"pkcs8 -topk8 -passout pass:" + PASSWORD,
        "pkcs8 -topk8 -v2 aes128 -v2prf hmacWithSHA512 -passout pass:" + PASSWORD,
        "pkcs8 -topk8 -v1 PBE-SHA1-3DES -passout pass:secret",
        "pkcs8 -topk8 -iter 100000 -passout pass:" + PASSWORD,
        "rsa -aes256 -passout pass:" + PASSWORD,
        "rsa -traditional -aes128 -passout pass:" + PASSWORD,
        "rsa -traditional -des3 -passout pass:" + PASSWORD})
    void readsAnEncryptedRsaKey(String command) throws Exception {
        encrypted(rsa, command);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ec -aes256 -passout pass:" + PASSWORD,
        "pkcs8 -topk8 -passout pass:" + PASSWORD})
    void readsAnEncryptedEcKey(String command) throws Exception {
        encrypted(ec, command);
    }

    private static void encrypted(Issued issued, String command) throws Exception {
        String password = command.substring(command.indexOf("pass:") + "pass:".length());
        Path key = convert(issued, command);
        isRead(issued, key, Optional.of(password));
        assertThatThrownBy(() -> read(issued, key, Optional.of("other")))
                .hasMessage(key + ", line 1: the key cannot be decrypted (expected: its password, and PBES2"
                        + " with AES, as by \"openssl pkcs8 -topk8\")");
        assertThatThrownBy(() -> read(issued, key, Optional.empty()))
                .hasMessage(key + ", line 1: the key is encrypted (expected: its \"password\" beside \"key\","
                        + " best as \"${file:…}\")");
    }

    @Test
    void readsCurveAndKeyFromOneFileAndThemBesideTheCertificate() throws Exception {
        openssl.run("ecparam", "-name", "secp384r1", "-genkey", "-out", "params.key");
        assertThat(openssl.file("params.key")).content().contains("EC PARAMETERS");
        Issued issued = openssl.issue("params", openssl.file("params.key"), new Issued(openssl.file("ca.crt"),
                openssl.file("ca.key")), "example.org");
        isRead(issued, issued.key(), Optional.empty());
        Path both = Files.writeString(openssl.file("both.pem"), Files.readString(issued.key())
                + Files.readString(issued.cert()));
        isRead(new Issued(both, both), both, Optional.empty());
    }

    @Test
    void refusesTheKeyOfAnother() {
        assertThatThrownBy(() -> read(ec, rsa.key(), Optional.empty()))
                .hasMessageStartingWith(rsa.key() + ": not the key of " + ec.cert() + " (expected: the one"
                        + " that certificate with serial ");
    }

    @Test
    void refusesAChainWithTheNodesCertificateBehindItsIssuer() throws Exception {
        Path chain = new Issued(openssl.file("ca.crt"), ec.key()).with(ec, openssl.file("turned.pem"));
        assertThatThrownBy(() -> read(new Issued(chain, ec.key()), ec.key(), Optional.empty()))
                .hasMessage(chain + ": the key belongs to certificate 2 (expected: the node's own certificate"
                        + " first, then each one's issuer)");
    }

    @Test
    void refusesKindsThatFewClientsTake() throws Exception {
        openssl.run("genpkey", "-algorithm", "ED25519", "-out", "ed.key");
        for (Path key : List.of(openssl.file("ed.key"), convert(ec, "ec -param_enc explicit"))) {
            assertThatThrownBy(() -> read(ec, key, Optional.empty()))
                    .hasMessage(key + ", line 1: not a usable private key (expected: RSA or ECDSA)");
        }
    }

    private static void isRead(Issued issued, Path key, Optional<String> password) throws Exception {
        assertThat(read(issued, key, password).names()).containsExactly("example.org");
    }

    private static KeyedCertificate read(Issued issued, Path key, Optional<String> password)
            throws Exception {
        return KeyedCertificate.read(CertificateFiles.text(issued.cert()), CertificateFiles.text(key),
                password);
    }

    /** The key as this command of openssl writes it. */
    private static Path convert(Issued issued, String command) throws Exception {
        Path to = Files.createTempFile(directory, "converted", ".key");
        int password = command.indexOf("pass:");
        List<String> arguments = new ArrayList<>(Arrays.asList(
                (password < 0 ? command : command.substring(0, password).strip()).split(" ")));
        if (password >= 0) {
            arguments.add(command.substring(password));
        }
        arguments.addAll(List.of("-in", issued.key().toString(), "-out", to.toString()));
        openssl.run(arguments.toArray(String[]::new));
        return to;
    }
}
