package dev.gyre.tls;

import dev.gyre.tls.CertificateFiles.Pair;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/** The TLS of a client that reads its files once. Blocks while it reads them. */
public final class ClientContext {

    private static final char[] NO_PASSWORD = {};

    private ClientContext() {
    }

    /**
     * Reads the files.
     *
     * @param authorities file of those that may sign the server's certificate; empty: those of the JDK
     * @param own         the certificate to present, if the server asks for one
     */
    public static SSLContext read(Optional<Path> authorities, Optional<Pair> own)
            throws UnusableCertificate {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(own.isPresent() ? keys(own.get()) : null,
                    authorities.isPresent() ? trust(authorities.get()) : null, null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyManager[] keys(Pair own)
            throws UnusableCertificate, GeneralSecurityException, IOException {
        List<X509Certificate> chain = KeyedCertificate.chain(CertificateFiles.text(own.certificate()));
        KeyStore store = empty();
        store.setKeyEntry("own", PrivateKeyFile.read(CertificateFiles.text(own.key()), own.password()),
                NO_PASSWORD, chain.toArray(X509Certificate[]::new));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, NO_PASSWORD);
        return keys.getKeyManagers();
    }

    private static TrustManager[] trust(Path file) throws UnusableCertificate {
        return new TrustManager[] {ClientAuthorities.trust(CertificateFiles.text(file))};
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}
