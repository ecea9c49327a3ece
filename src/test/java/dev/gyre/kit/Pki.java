package dev.gyre.kit;

import dev.gyre.tls.KeyedCertificate;
import dev.gyre.tls.NamedText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** An authority, and what it signs, in PEM files made by openssl. */
public final class Pki {

    private static final List<String> FRESH_KEY = List.of("-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-nodes");

    private final Path directory;

    /** A certificate and its key. */
    public record Pair(Path cert, Path key) {

        /** For a server that shows it, and asks for nothing. */
        public SSLContext server() throws Exception {
            KeyedCertificate read = KeyedCertificate.read(text(cert), text(key), Optional.empty());
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("own", read.key(), new char[0], read.chain().toArray(Certificate[]::new));
            KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
            keys.init(store, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        }

        private static NamedText text(Path file) throws IOException {
            return new NamedText(file.toString(), Files.readString(file));
        }
    }

    private Pki(Path directory) {
        this.directory = directory;
    }

    /** A new authority, with its files in this directory. */
    public static Pki in(Path directory) throws Exception {
        Files.createDirectories(directory);
        Pki made = new Pki(directory);
        List<String> authority = new ArrayList<>(List.of("req", "-new", "-x509", "-subj", "/CN=ca", "-days",
                "10", "-keyout", made.path("ca.key"), "-out", made.path("ca.pem")));
        authority.addAll(FRESH_KEY);
        openssl(authority);
        return made;
    }

    /** Its certificate. */
    public Path ca() {
        return directory.resolve("ca.pem");
    }

    /**
     * Signed by itself.
     *
     * @param days that it is valid from now on, below 0 for one that has expired
     * @param names e.g. {@code DNS:a.example} or {@code IP:127.0.0.1}
     */
    public Pair selfSigned(String file, int days, String... names) throws Exception {
        return signed(file, days, List.of("-signkey", path(file + ".key")), names);
    }

    /** Signed by the authority; else as above. */
    public Pair issue(String file, int days, String... names) throws Exception {
        return signed(file, days, List.of("-CA", ca().toString(), "-CAkey", path("ca.key"),
                "-CAcreateserial"), names);
    }

    private Pair signed(String file, int days, List<String> by, String... names) throws Exception {
        List<String> request = new ArrayList<>(List.of("req", "-new", "-subj", "/CN=" + file, "-keyout",
                path(file + ".key"), "-out", path(file + ".csr")));
        request.addAll(FRESH_KEY);
        if (names.length > 0) {
            request.addAll(List.of("-addext", "subjectAltName=" + String.join(",", names)));
        }
        openssl(request);
        List<String> sign = new ArrayList<>(List.of("x509", "-req", "-in", path(file + ".csr"), "-days",
                "" + days, "-copy_extensions", "copy", "-out", path(file + ".pem")));
        sign.addAll(by);
        openssl(sign);
        return new Pair(directory.resolve(file + ".pem"), directory.resolve(file + ".key"));
    }

    private String path(String file) {
        return directory.resolve(file).toString();
    }

    private static void openssl(List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said);
        }
    }
}
