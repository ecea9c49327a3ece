package dev.gyre.listener;

import dev.gyre.config.Listener;
import dev.gyre.config.ListenerTls;
import dev.gyre.config.ListenerTls.ClientCertificates;
import dev.gyre.config.ListenerTls.Hsts;
import io.vertx.core.http.HttpHeaders;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What holds for the requests of one listener only.
 *
 * @param redirect     to this port under https goes every request
 * @param acme         directory of the answers to ACME challenges
 * @param hsts         value of Strict-Transport-Security on each answer (RFC 6797); empty: as backends say
 * @param certificates backends get the fields X-Client-* about a client's certificate
 */
public record PortRules(OptionalInt redirect, Optional<Path> acme, Optional<CharSequence> hsts,
        boolean certificates) implements EntryStep {

    /** Of listeners without any. */
    public static final PortRules NONE =
            new PortRules(OptionalInt.empty(), Optional.empty(), Optional.empty(), false);

    public static PortRules of(Listener listener) {
        Optional<ListenerTls> tls = listener.tls();
        return new PortRules(listener.redirect(), listener.acme().map(Path::of),
                tls.flatMap(ListenerTls::hsts).map(PortRules::value),
                tls.flatMap(ListenerTls::clients).map(ClientCertificates::headers).orElse(false));
    }

    private static CharSequence value(Hsts hsts) {
        return HttpHeaders.createOptimized("max-age=" + hsts.maxAge().toSeconds()
                + (hsts.subdomains() ? "; includeSubDomains" : "") + (hsts.preload() ? "; preload" : ""));
    }

    /** Some requests are answered by the node itself. */
    public boolean answers() {
        return redirect.isPresent() || acme.isPresent();
    }

    @Override
    public void begin(Arrival arrival) {
        arrival.rules(this);
        arrival.proceed();
    }
}
