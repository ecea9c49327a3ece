package dev.gyre.tls;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts the certificates of clients that an authority of a file has signed. {@link #look} reads the file
 * again, so that an authority can be replaced while connections go on. Thread-safe.
 */
public final class ClientAuthorities extends X509ExtendedTrustManager {

    private final Path file;
    private volatile Known known;

    /** @param text of the file, to see a change */
    private record Known(String text, X509ExtendedTrustManager trust) {
    }

    private ClientAuthorities(Path file) throws UnusableCertificate {
        this.file = file;
        this.known = read(CertificateFiles.text(file));
    }

    Path file() {
        return file;
    }

    /** Blocks while it reads the file. */
    public static ClientAuthorities in(Path file) throws UnusableCertificate {
        return new ClientAuthorities(file);
    }

    /**
     * Reads the file again, and blocks meanwhile. What was read before stays when the file is unusable.
     *
     * @return others are trusted from now on
     */
    public synchronized boolean look() throws UnusableCertificate {
        NamedText now = CertificateFiles.text(file);
        if (now.text().equals(known.text())) {
            return false;
        }
        known = read(now);
        return true;
    }

    private static Known read(NamedText file) throws UnusableCertificate {
        return new Known(file.text(), trust(file));
    }

    /** Of the authorities in a file. */
    static X509ExtendedTrustManager trust(NamedText file) throws UnusableCertificate {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (X509Certificate authority : KeyedCertificate.chain(file)) {
                store.setCertificateEntry("authority" + store.size(), authority);
            }
            TrustManagerFactory factory =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager trust) {
                    return trust;
                }
            }
            throw new IllegalStateException("the JDK has no X.509 trust manager");
        } catch (GeneralSecurityException | IOException e) {
            throw new UnusableCertificate(file.name() + ": cannot be used as authorities: " + e.getMessage());
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        known.trust().checkClientTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        known.trust().checkClientTrusted(chain, authType, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        known.trust().checkClientTrusted(chain, authType, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("these authorities are of clients only");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return known.trust().getAcceptedIssuers();
    }
}
