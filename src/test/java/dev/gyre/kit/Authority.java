package dev.gyre.kit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** An authority and the certificates that it signs, in PEM files, all made by openssl. */
public final class Authority {

    private final Path directory;

    private Authority(Path directory) {
        this.directory = directory;
    }

    /**
     * A certificate and its key.
     *
     * @param cert the certificate alone, without the authority's
     */
    public record Issued(Path cert, Path key) {

        /** Puts this pair where that one is, each file at once, as a renewal does. */
        public void replace(Issued other) throws IOException {
            move(cert, other.cert);
            move(key, other.key);
        }

        private static void move(Path from, Path to) throws IOException {
            Path beside = Files.copy(from, to.resolveSibling(to.getFileName() + ".new"),
                    StandardCopyOption.REPLACE_EXISTING);
            Files.move(beside, to, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** A new authority with its files in this directory. */
    public static Authority in(Path directory) throws IOException {
        Files.createDirectories(directory);
        Authority made = new Authority(directory);
        made.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", "ca.key", "-out", "ca.pem", "-days", "3650", "-subj",
                "/CN=authority of " + directory.getFileName());
        return made;
    }

    /** The file with the authority's own certificate. */
    public Path ca() {
        return directory.resolve("ca.pem");
    }

    /**
     * A certificate with the files {@code NAME.pem} and {@code NAME.key}.
     *
     * @param names as openssl writes them, e.g. {@code DNS:localhost}, {@code IP:127.0.0.1}
     */
    public Issued issue(String name, String... names) throws IOException {
        return issue(name, "/CN=" + name, 90, names);
    }

    /** One that ended yesterday. */
    public Issued expired(String name, String... names) throws IOException {
        return issue(name, "/CN=" + name, -1, names);
    }

    /** @param subject as openssl writes it, e.g. {@code /O=Gyre/CN=alice} */
    public Issued issueFor(String name, String subject, String... names) throws IOException {
        return issue(name, subject, 90, names);
    }

    /** A copy of a key, encrypted by a password. */
    public Path lock(Issued issued, String password) throws IOException {
        Path locked = issued.key().resolveSibling(issued.key().getFileName() + ".locked");
        openssl("pkcs8", "-topk8", "-in", issued.key().toString(), "-out", locked.toString(), "-passout",
                "pass:" + password);
        return locked;
    }

    private Issued issue(String name, String subject, int days, String... names) throws IOException {
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-utf8",
                "-keyout", name + ".key", "-out", name + ".csr", "-subj", subject);
        Path extensions = directory.resolve(name + ".ext");
        Files.writeString(extensions, names.length == 0 ? "keyUsage=digitalSignature\n"
                : "subjectAltName=" + String.join(",", names) + "\n");
        openssl("x509", "-req", "-in", name + ".csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                "-CAcreateserial", "-days", Integer.toString(days), "-extfile", name + ".ext", "-out",
                name + ".pem");
        return new Issued(directory.resolve(name + ".pem"), directory.resolve(name + ".key"));
    }

    private void openssl(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(Arrays.asList(arguments));
        Process process = new ProcessBuilder(command).directory(directory.toFile())
                .redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + ": " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
