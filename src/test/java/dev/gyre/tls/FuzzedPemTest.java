package dev.gyre.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Fuzzed;
import dev.gyre.kit.Nightly;
import dev.gyre.kit.Openssl;
import dev.gyre.kit.Openssl.Issued;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever bytes a file has: a certificate with its key, or one line that names the file. */
public class FuzzedPemTest {

    private static final String NAME = "/etc/gyre/site.pem";
    private static final String PASSWORD = "secret";

    @TempDir
    static Path directory;

    /** Files that hold a key and a certificate, the key in each of its forms. */
    static Stream<byte[]> seeds() throws Exception {
        Path made = directory == null ? Files.createTempDirectory("seeds") : directory;
        Openssl openssl = new Openssl(made);
        Issued ca = openssl.authority("ca");
        Issued ec = openssl.issue("ec", ca, "example.org", "*.example.org");
        Issued rsa = openssl.issue("rsa", openssl.rsaKey("rsa"), ca, "example.org");
        String out = openssl.file("form.key").toString();
        String pass = "pass:" + PASSWORD;
        List<byte[]> seeds = new ArrayList<>();
        for (Issued issued : List.of(ec, rsa)) {
            String in = issued.key().toString();
            String kind = issued == ec ? "ec" : "rsa";
            List<String> traditional = new ArrayList<>(List.of(kind, "-in", in, "-out", out));
            if (issued == rsa) {
                traditional.add("-traditional");
            }
            seeds.add(together(issued, issued.key()));
            openssl.run(traditional.toArray(String[]::new));
            seeds.add(together(issued, openssl.file("form.key")));
            traditional.addAll(List.of("-aes256", "-passout", pass));
            openssl.run(traditional.toArray(String[]::new));
            seeds.add(together(issued, openssl.file("form.key")));
            openssl.run("pkcs8", "-topk8", "-passout", pass, "-in", in, "-out", out);
            seeds.add(together(issued, openssl.file("form.key")));
        }
        return seeds.stream();
    }

    private static byte[] together(Issued issued, Path key) throws IOException {
        return (Files.readString(key) + Files.readString(issued.cert())).getBytes(StandardCharsets.UTF_8);
    }

    @Fuzzed
    void holdFor(byte[] input) {
        assertThat(fuzzed(input)).isTrue();
    }

    @Test
    void everyPartOfAFileThatIsStillBeingWrittenIsRefused() throws Exception {
        for (byte[] seed : seeds().toList()) {
            int end = new String(seed, StandardCharsets.UTF_8).lastIndexOf("-----END")
                    + "-----END CERTIFICATE-----".length();
            for (int length = 0; length < end; length++) {
                assertThat(fuzzed(Arrays.copyOf(seed, length))).as("the first %d bytes", length).isFalse();
            }
        }
    }

    @Test
    void damagedBytesAreRefusedOrServe() throws Exception {
        Random random = new Random(19);
        List<byte[]> seeds = seeds().toList();
        int times = Nightly.orMore(300, 30_000);
        for (int i = 0; i < times; i++) {
            for (byte[] seed : seeds) {
                fuzzerTestOneInput(random.nextBoolean() ? damaged(seed, random)
                        : damagedInside(seed, random));
            }
        }
    }

    private static byte[] damaged(byte[] text, Random random) {
        byte[] damaged = text.clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
        }
        return damaged;
    }

    /** The text stays in order, but what it encodes does not. */
    private static byte[] damagedInside(byte[] text, Random random) {
        String[] blocks = new String(text, StandardCharsets.UTF_8).split("(?<=-----)\n|\n(?=-----)");
        int at = random.nextInt(blocks.length);
        try {
            blocks[at] = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(
                    damaged(Base64.getMimeDecoder().decode(blocks[at]), random));
        } catch (IllegalArgumentException e) {
            return damaged(text, random);
        }
        return String.join("\n", blocks).getBytes(StandardCharsets.UTF_8);
    }

    public static void fuzzerTestOneInput(byte[] input) {
        fuzzed(input);
    }

    /** @return whether it is a certificate with its key */
    private static boolean fuzzed(byte[] input) {
        NamedText file = new NamedText(NAME, new String(input, StandardCharsets.UTF_8));
        try {
            KeyedCertificate read = KeyedCertificate.read(file, file, Optional.of(PASSWORD));
            assertThat(read.names()).isNotEmpty();
            assertThat(read.doubts(Instant.EPOCH)).allMatch(doubt -> doubt.startsWith(NAME));
            return true;
        } catch (UnusableCertificate e) {
            assertThat(e.getMessage()).startsWith(NAME).doesNotContainPattern("\\p{Cntrl}")
                    .hasSizeLessThan(NAME.length() + 250).contains("expected: ");
            return false;
        }
    }
}
