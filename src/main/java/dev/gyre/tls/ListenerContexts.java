package dev.gyre.tls;

import dev.gyre.config.Listener;
import dev.gyre.config.ListenerTls;
import dev.gyre.config.ListenerTls.ClientCertificates;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** TLS of all listeners of a node that have it, and the authorities that sign their clients' certificates. */
public final class ListenerContexts {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.tls");

    private final Map<Listener, ListenerContext> contexts = new HashMap<>();
    /** By file. */
    private final Map<String, ClientAuthorities> authorities = new HashMap<>();
    /** Files that are not usable now, with the reason. */
    private final Map<String, String> faults = new HashMap<>();

    private ListenerContexts() {
    }

    /** Of a node whose listeners are all in clear text. */
    public static ListenerContexts none() {
        return new ListenerContexts();
    }

    /** Whether TLS is OpenSSL's, with a library that is not there for every platform; otherwise the JDK's. */
    public static boolean hasOpenSsl() {
        return !Boolean.getBoolean("gyre.tls.jdk") && OpenSsl.isAvailable();
    }

    /**
     * Blocks while it reads files.
     *
     * @throws UnusableCertificates with all files of authorities that cannot be used
     */
    public static ListenerContexts open(List<Listener> listeners, CertificateWatch certificates)
            throws UnusableCertificates, SSLException {
        ListenerContexts all = new ListenerContexts();
        List<String> errors = new ArrayList<>();
        for (int i = 0; i < listeners.size(); i++) {
            Optional<ListenerTls> tls = listeners.get(i).tls();
            if (tls.isEmpty()) {
                continue;
            }
            String place = CertificateSources.place(i);
            try {
                all.contexts.put(listeners.get(i), new ListenerContext(tls.get(), certificates.served(place),
                        all.authorities(tls.get().clients()), engine()));
            } catch (UnusableCertificate e) {
                errors.add(place + ".clients.ca: " + e.getMessage());
            }
        }
        if (!errors.isEmpty()) {
            throw new UnusableCertificates(errors);
        }
        return all;
    }

    private static SslProvider engine() {
        return hasOpenSsl() ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK;
    }

    private Optional<ClientAuthorities> authorities(Optional<ClientCertificates> clients)
            throws UnusableCertificate {
        if (clients.isEmpty()) {
            return Optional.empty();
        }
        String file = clients.get().ca();
        if (!authorities.containsKey(file)) {
            authorities.put(file, ClientAuthorities.in(Path.of(file)));
        }
        return Optional.of(authorities.get(file));
    }

    /** Empty: it is in clear text. */
    public Optional<ListenerContext> of(Listener listener) {
        return Optional.ofNullable(contexts.get(listener));
    }

    /** Reads the files of authorities again, and blocks meanwhile. */
    public synchronized void look() {
        authorities.forEach((file, known) -> {
            try {
                if (known.look()) {
                    LOG.info("client authorities renewed file={}", file);
                }
                faults.remove(file);
            } catch (UnusableCertificate e) {
                if (!e.getMessage().equals(faults.put(file, e.getMessage()))) {
                    LOG.warn("client authorities unusable file={} reason=\"{}\": those read before are"
                            + " trusted", file, e.getMessage());
                }
            }
        });
    }
}
