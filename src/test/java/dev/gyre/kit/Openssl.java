package dev.gyre.kit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Keys and certificates in PEM files of one directory, made by the openssl of this machine. */
public final class Openssl {

    private static final String[] RSA = {"-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"};
    private static final String[] EC = {"-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"};

    private final Path directory;

    public Openssl(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
    }

    /** A certificate with the key that it was issued for. */
    public record Issued(Path cert, Path key) {

        /** Writes the certificates of both, this one first. */
        public Path with(Issued issuer, Path chain) throws IOException {
            return Files.writeString(chain, Files.readString(cert) + Files.readString(issuer.cert()));
        }
    }

    public Path file(String name) {
        return directory.resolve(name);
    }

    public Path ecKey(String name) throws IOException, InterruptedException {
        return key(name, EC);
    }

    public Path rsaKey(String name) throws IOException, InterruptedException {
        return key(name, RSA);
    }

    private Path key(String name, String... algorithm) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("genpkey", "-out", name + ".key"));
        command.addAll(Arrays.asList(algorithm));
        run(command.toArray(String[]::new));
        return file(name + ".key");
    }

    /** A root of its own. */
    public Issued authority(String name) throws IOException, InterruptedException {
        Path key = ecKey(name);
        run("req", "-x509", "-key", key.toString(), "-subj", "/CN=" + name, "-days", "30", "-out",
                name + ".crt", "-addext", "keyUsage=critical,keyCertSign,cRLSign");
        return new Issued(file(name + ".crt"), key);
    }

    /** An authority below another one. */
    public Issued intermediate(String name, Issued issuer) throws IOException, InterruptedException {
        return sign(name, ecKey(name), issuer, "basicConstraints=critical,CA:TRUE\n"
                + "keyUsage=critical,keyCertSign,cRLSign\n", 30);
    }

    /** For 30 days from now, with an ECDSA key, for these DNS names. */
    public Issued issue(String name, Issued issuer, String... hosts)
            throws IOException, InterruptedException {
        return issue(name, ecKey(name), issuer, hosts);
    }

    public Issued issue(String name, Path key, Issued issuer, String... hosts)
            throws IOException, InterruptedException {
        return sign(name, key, issuer, leaf(hosts), 30);
    }

    /** Its end was a day ago. */
    public Issued expired(String name, Issued issuer, String... hosts)
            throws IOException, InterruptedException {
        return sign(name, ecKey(name), issuer, leaf(hosts), -1);
    }

    private static String leaf(String... hosts) {
        return "basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\nsubjectAltName="
                + Stream.of(hosts).map(host -> "DNS:" + host).collect(Collectors.joining(",")) + "\n";
    }

    private Issued sign(String name, Path key, Issued issuer, String extensions, int days)
            throws IOException, InterruptedException {
        Files.writeString(file(name + ".ext"), extensions);
        run("req", "-new", "-key", key.toString(), "-subj", "/CN=" + name, "-out", name + ".csr");
        run("x509", "-req", "-in", name + ".csr", "-CA", issuer.cert().toString(), "-CAkey",
                issuer.key().toString(), "-set_serial", "0x" + Integer.toHexString(name.hashCode()) + "1",
                "-days", Integer.toString(days), "-extfile", name + ".ext", "-out", name + ".crt");
        return new Issued(file(name + ".crt"), key);
    }

    /** @return what it printed */
    public String run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(Arrays.asList(arguments));
        Process process = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said);
        }
        return said;
    }
}
