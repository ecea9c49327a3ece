package dev.gyre.kit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** An authority and certificates signed by it, in PEM files, made by the JDK's keytool. */
public final class Certificates {

    private static final String PASSWORD = "changeit";

    private final Path directory;

    private Certificates(Path directory) {
        this.directory = directory;
    }

    /** A new authority in this directory, and one certificate of its for the given host. */
    public static Certificates in(Path directory, String host) throws Exception {
        Files.createDirectories(directory);
        Certificates made = new Certificates(directory);
        made.keytool("-genkeypair", "-alias", "ca", "-dname", "CN=authority", "-ext", "bc:c");
        made.keytool("-genkeypair", "-alias", "node", "-dname", "CN=node");
        made.keytool("-certreq", "-alias", "node", "-file", made.file("request"));
        String san = Character.isDigit(host.charAt(0)) ? "san=ip:" + host : "san=dns:" + host;
        made.keytool("-gencert", "-alias", "ca", "-infile", made.file("request"), "-outfile",
                made.file("signed"), "-ext", san);
        made.keytool("-importcert", "-noprompt", "-alias", "node", "-file", made.file("signed"));
        made.write();
        return made;
    }

    public Path cert() {
        return directory.resolve("cert.pem");
    }

    public Path key() {
        return directory.resolve("key.pem");
    }

    public Path ca() {
        return directory.resolve("ca.pem");
    }

    /** For a client that shows this certificate and trusts that authority. */
    public SSLContext trusting(Certificates authority) throws IOException, GeneralSecurityException {
        KeyStore own = empty();
        own.setKeyEntry("node", store().getKey("node", PASSWORD.toCharArray()), PASSWORD.toCharArray(),
                store().getCertificateChain("node"));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, PASSWORD.toCharArray());
        KeyStore trusted = empty();
        trusted.setCertificateEntry("ca", authority.store().getCertificate("ca"));
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static KeyStore empty() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private KeyStore store() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(directory.resolve("store"))) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }

    private String file(String name) {
        return directory.resolve(name).toString();
    }

    private void keytool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(Arrays.asList(arguments));
        command.addAll(List.of("-keystore", file("store"), "-storetype", "PKCS12", "-storepass", PASSWORD));
        if (arguments[0].equals("-genkeypair")) {
            command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1"));
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said);
        }
    }

    private void write() throws IOException, GeneralSecurityException {
        KeyStore store = store();
        Certificate[] chain = store.getCertificateChain("node");
        Files.writeString(cert(), pem("CERTIFICATE", chain[0].getEncoded()));
        Files.writeString(ca(), pem("CERTIFICATE", store.getCertificate("ca").getEncoded()));
        Files.writeString(key(),
                pem("PRIVATE KEY", store.getKey("node", PASSWORD.toCharArray()).getEncoded()));
    }

    private static String pem(String what, byte[] encoded) {
        return "-----BEGIN " + what + "-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(encoded) + "\n-----END " + what + "-----\n";
    }
}
