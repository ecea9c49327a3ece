package dev.gyre.tls;

import dev.gyre.config.ConfigCheck.Report;
import dev.gyre.config.Settings;
import dev.gyre.model.Route;
import dev.gyre.tls.CertificateStore.Fault;
import dev.gyre.tls.CertificateStore.Look;
import dev.gyre.tls.CertificateWatch.Source;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Judges all certificates that a config names, each by itself and all against the routes. Blocks. */
public final class CertificateCheck {

    private final Set<String> hosts;
    private final Instant now;
    private final List<String> errors = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    private CertificateCheck(Set<String> hosts, Instant now) {
        this.hosts = hosts;
        this.now = now;
    }

    /** Not ok where a node would not start, or not reach backends; otherwise all lines are warnings. */
    public static Report run(Settings settings, InstantSource clock) {
        CertificateCheck check = new CertificateCheck(settings.declared().routes().stream().map(Route::host)
                .collect(Collectors.toSet()), clock.instant());
        CertificateSources.of(settings).forEach((place, source) ->
                check.judge(place, source, clock, !place.equals(CertificateSources.ADMIN)));
        check.errors.addAll(BackendTlsCheck.errors(settings.declared(), clock));
        check.warnings.addAll(BackendTlsCheck.warnings(settings.declared()));
        return new Report(check.errors.isEmpty(),
                Stream.concat(check.errors.stream(), check.warnings.stream()).toList());
    }

    /** @param routed whether requests go by the routes */
    private void judge(String place, Source source, InstantSource clock, boolean routed) {
        Look look = new CertificateStore(source.files(), source.unknown(), clock).look();
        look.faults().stream().map(Fault::reason).map(reason -> place + ": " + reason).forEach(errors::add);
        source.clients().ifPresent(file -> judge(place, file));
        look.changed().ifPresent(certificates -> {
            source.without(certificates).filter(error -> look.faults().isEmpty())
                    .map(error -> place + ": " + error).ifPresent(errors::add);
            certificates.all().stream().flatMap(one -> one.doubts(now).stream())
                    .forEach(doubt -> warn(place, doubt));
            doubles(place, certificates);
            if (routed) {
                unneeded(place, certificates);
                uncovered(place, certificates);
            }
        });
    }

    /** A node starts without what its backends need, and looks for it again. */
    private void judge(String place, Path authorities) {
        try {
            ClientAuthorities.in(authorities);
        } catch (UnusableCertificate e) {
            errors.add(place + ": clients.ca: " + e.getMessage());
        }
    }

    private void warn(String place, String what) {
        warnings.add("warning: " + place + ": " + what);
    }

    /** Of two for the same name and algorithm one is never shown. */
    private void doubles(String place, Certificates certificates) {
        Map<String, KeyedCertificate> seen = new HashMap<>();
        for (KeyedCertificate one : certificates.all()) {
            for (String name : one.names()) {
                KeyedCertificate before = seen.putIfAbsent(name + ' ' + one.algorithm(), one);
                if (before != null) {
                    warn(place, one.source() + ": \"" + name + "\" is in " + before.source()
                            + ", too (expected: one certificate for a name and a kind of key; the one that is"
                            + " valid longest is served)");
                }
            }
        }
    }

    private void unneeded(String place, Certificates certificates) {
        if (hosts.isEmpty() || hosts.contains(Route.ANY_HOST)) {
            return;
        }
        certificates.all().forEach(one -> one.names().stream().filter(name -> hosts.stream()
                        .noneMatch(host -> matches(host, name) || matches(name, host)))
                .forEach(name -> warn(place, one.source() + ": no route needs \"" + name
                        + "\" (expected: a route with this host, or one for any host)")));
    }

    private void uncovered(String place, Certificates certificates) {
        hosts.stream().filter(host -> !host.equals(Route.ANY_HOST) && !certificates.covers(host)).sorted()
                .filter(host -> certificates.all().stream().flatMap(one -> one.names().stream())
                        .noneMatch(name -> matches(host, name)))
                .forEach(host -> warn(place, "no certificate covers the route of host \"" + host
                        + "\" (expected: one with this name)"));
    }

    /** @param pattern a name, or {@code *.} and the end of all that it stands for */
    private static boolean matches(String pattern, String name) {
        return pattern.equals(name) || pattern.startsWith("*.") && name.endsWith(pattern.substring(1));
    }
}
