package dev.gyre.tls;

import dev.gyre.config.Listener;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * TLS of all listeners of a node that have it.
 *
 * @param contexts of listeners with the same settings there is one
 */
public record ListenerContexts(Map<Listener, ListenerContext> contexts) {

    /** For tests and comparisons: TLS by the JDK also where OpenSSL is there. */
    private static final String WITHOUT_OPENSSL = "gyre.tls.jdk";

    public ListenerContexts {
        contexts = Map.copyOf(contexts);
    }

    /** Of a node whose listeners are all in clear text. */
    public static ListenerContexts none() {
        return new ListenerContexts(Map.of());
    }

    /** Whether TLS is OpenSSL's, with a library that is not there for every platform; otherwise the JDK's. */
    public static boolean hasOpenSsl() {
        return !Boolean.getBoolean(WITHOUT_OPENSSL) && OpenSsl.isAvailable();
    }

    static SslProvider engine() {
        return hasOpenSsl() ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK;
    }

    /** Blocks while a library loads. */
    public static ListenerContexts open(List<Listener> listeners, CertificateWatch certificates)
            throws SSLException {
        Map<Listener, ListenerContext> contexts = new HashMap<>();
        for (int i = 0; i < listeners.size(); i++) {
            Listener listener = listeners.get(i);
            if (listener.tls().isPresent()) {
                String place = CertificateSources.place(i);
                contexts.put(listener, new ListenerContext(listener.tls().get(), certificates.served(place),
                        certificates.clients(place), engine()));
            }
        }
        return new ListenerContexts(contexts);
    }

    /** Empty: it is in clear text. */
    public Optional<ListenerContext> of(Listener listener) {
        return Optional.ofNullable(contexts.get(listener));
    }
}
