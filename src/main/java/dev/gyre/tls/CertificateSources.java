package dev.gyre.tls;

import dev.gyre.config.AdminTls;
import dev.gyre.config.Listener;
import dev.gyre.config.ListenerTls;
import dev.gyre.config.ListenerTls.CertificatePair;
import dev.gyre.config.ListenerTls.ClientCertificates;
import dev.gyre.config.Settings;
import dev.gyre.tls.CertificateFiles.Pair;
import dev.gyre.tls.CertificateWatch.Source;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The places of the config that name certificates to serve clients with. */
public final class CertificateSources {

    /** Of the admin port. */
    public static final String ADMIN = "admin.tls";

    private CertificateSources() {
    }

    /** Of the listeners and the admin port, where they have TLS. */
    public static Map<String, Source> of(Settings settings) {
        Map<String, Source> sources = of(settings.listeners());
        settings.admin().tls().ifPresent(tls -> sources.put(ADMIN, of(tls)));
        return sources;
    }

    /** Of the admin port. */
    public static Source of(AdminTls tls) {
        return new Source(files(List.of(tls.pair())), UnknownName.FIRST, authorities(tls.clients()));
    }

    private static Optional<Path> authorities(Optional<ClientCertificates> clients) {
        return clients.map(ClientCertificates::ca).map(Path::of);
    }

    /** Of those listeners that have TLS, by {@link #place}. */
    static Map<String, Source> of(List<Listener> listeners) {
        Map<String, Source> sources = new LinkedHashMap<>();
        for (int i = 0; i < listeners.size(); i++) {
            String place = place(i);
            listeners.get(i).tls().ifPresent(tls -> sources.put(place, source(tls)));
        }
        return sources;
    }

    /** Of a listener, by its number from 0. */
    public static String place(int listener) {
        return "listeners[" + listener + "].tls";
    }

    /** The files of one pair. */
    private static CertificateFiles files(List<CertificatePair> pairs) {
        return new CertificateFiles(pairs.stream().map(CertificateSources::pair).toList(),
                Optional.empty());
    }

    private static Source source(ListenerTls tls) {
        CertificateFiles files = new CertificateFiles(
                tls.certificates().stream().map(CertificateSources::pair).toList(),
                tls.directory().map(Path::of));
        UnknownName unknown = tls.fallback().map(name -> name.equals(ListenerTls.REFUSE)
                ? UnknownName.REFUSED : UnknownName.as(name)).orElse(UnknownName.FIRST);
        return new Source(files, unknown, authorities(tls.clients()));
    }

    private static Pair pair(CertificatePair named) {
        return new Pair(Path.of(named.cert()), Path.of(named.key()), named.password());
    }
}
