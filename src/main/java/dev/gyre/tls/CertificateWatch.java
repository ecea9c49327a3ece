package dev.gyre.tls;

import dev.gyre.model.CertificateStatus;
import dev.gyre.tls.CertificateStore.Fault;
import dev.gyre.tls.CertificateStore.Look;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves what stands in the files of certificates, and looks at them again every other second, on a worker.
 * Each part of the node that takes TLS connections has a place here, e.g. {@code listeners[0].tls}.
 */
public final class CertificateWatch {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.tls");
    /** From the end of one look to the next: with the time that the look takes, far less than 5 s. */
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(2);

    /**
     * What a place of the config says of its certificates.
     *
     * @param clients file of the authorities of client certificates; empty: none are asked for
     */
    public record Source(CertificateFiles files, UnknownName unknown, Optional<Path> clients) {

        public Source(CertificateFiles files, UnknownName unknown) {
            this(files, unknown, Optional.empty());
        }

        /** What is wrong if the default has no certificate among these. */
        Optional<String> without(Certificates certificates) {
            return unknown.served().filter(name -> !certificates.covers(name))
                    .map(name -> "default: no certificate for \"" + name + "\" (expected: a name that one of"
                            + " the certificates has, or \"refuse\")");
        }
    }

    private record Served(CertificateStore store, ServedCertificates certificates,
                          Optional<ClientAuthorities> clients) {
    }

    private final InstantSource clock;
    private final Map<String, Served> places = new LinkedHashMap<>();
    /** By file or directory: many places may have the same. */
    private volatile Map<String, Fault> faults = Map.of();
    private volatile boolean closed;

    private CertificateWatch(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * Reads all files for the first time. Blocks.
     *
     * @throws UnusableCertificates with all that is wrong, if anything is
     */
    public static CertificateWatch open(Map<String, Source> sources, InstantSource clock)
            throws UnusableCertificates {
        CertificateWatch watch = new CertificateWatch(clock);
        List<String> errors = new ArrayList<>();
        sources.forEach((place, source) -> errors.addAll(watch.open(place, source)));
        if (!errors.isEmpty()) {
            throw new UnusableCertificates(errors);
        }
        watch.all().flatMap(one -> one.doubts(clock.instant()).stream()).distinct()
                .forEach(doubt -> LOG.warn("certificate doubtful reason=\"{}\"", doubt));
        return watch;
    }

    private List<String> open(String place, Source source) {
        CertificateStore store = new CertificateStore(source.files(), source.unknown(), clock);
        Look first = store.look();
        List<String> errors = new ArrayList<>(first.faults().stream().map(Fault::reason).toList());
        Optional<ClientAuthorities> clients = source.clients().flatMap(file -> authorities(file, errors));
        first.changed().ifPresent(certificates -> {
            places.put(place, new Served(store, new ServedCertificates(certificates), clients));
            source.without(certificates).filter(error -> errors.isEmpty()).ifPresent(errors::add);
        });
        return errors.stream().map(error -> place + ": " + error).toList();
    }

    private static Optional<ClientAuthorities> authorities(Path file, List<String> errors) {
        try {
            return Optional.of(ClientAuthorities.in(file));
        } catch (UnusableCertificate e) {
            errors.add("clients.ca: " + e.getMessage());
            return Optional.empty();
        }
    }

    /** The authorities of a place's client certificates; empty: none are asked for. */
    public Optional<ClientAuthorities> clients(String place) {
        return places.get(place).clients();
    }

    /** Of a place that {@link #open} was given. */
    public ServedCertificates served(String place) {
        return places.get(place).certificates();
    }

    /** Looks at the files from now on until it is closed. */
    public void follow(Vertx vertx, Context context) {
        if (closed || places.isEmpty()) {
            return;
        }
        vertx.setTimer(BETWEEN_LOOKS.toMillis(), due -> context.executeBlocking(() -> {
            look();
            return null;
        }, false).onFailure(e -> LOG.error("certificates not read: those read before are served", e))
                .onComplete(looked -> follow(vertx, context)));
    }

    /** One look at all files. Blocks. */
    void look() {
        Map<String, Fault> found = new LinkedHashMap<>();
        places.values().forEach(place -> {
            Look look = place.store().look();
            look.faults().forEach(fault -> found.put(fault.source(), fault));
            look.changed().ifPresent(next -> {
                Certificates before = place.certificates().now();
                place.certificates().serve(next);
                log(before, next);
            });
            place.clients().ifPresent(authorities -> look(authorities, found));
        });
        Map<String, Fault> before = faults;
        faults = found;
        found.values().stream().filter(fault -> !fault.equals(before.get(fault.source())))
                .forEach(CertificateWatch::log);
        before.keySet().stream().filter(source -> !found.containsKey(source))
                .forEach(source -> LOG.info("certificate usable again file={}", source));
    }

    private static void look(ClientAuthorities authorities, Map<String, Fault> found) {
        try {
            if (authorities.look()) {
                LOG.info("client authorities renewed file={}", authorities.file());
            }
        } catch (UnusableCertificate e) {
            String file = authorities.file().toString();
            found.put(file, new Fault(file, e.getMessage(), true));
        }
    }

    private static void log(Fault fault) {
        if (fault.served()) {
            LOG.warn("certificate unusable file={} reason=\"{}\": the one read before is served",
                    fault.source(), fault.reason());
        } else {
            LOG.warn("certificate unusable file={} reason=\"{}\": its names are not served", fault.source(),
                    fault.reason());
        }
    }

    private void log(Certificates before, Certificates next) {
        next.all().stream().filter(one -> !before.all().contains(one)).forEach(one -> {
            LOG.info("certificate renewed file={} names={} until={}", one.source(), one.names(), one.until());
            one.doubts(clock.instant()).forEach(doubt ->
                    LOG.warn("certificate doubtful reason=\"{}\"", doubt));
        });
        before.all().stream()
                .filter(one -> next.all().stream().noneMatch(other -> other.source().equals(one.source())))
                .forEach(one -> LOG.info("certificate removed file={} names={}", one.source(), one.names()));
    }

    private Stream<KeyedCertificate> all() {
        return places.values().stream().flatMap(place -> place.certificates().now().all().stream());
    }

    /** All certificates that are served, each file once. */
    public List<CertificateStatus> statuses() {
        Map<String, CertificateStatus> byFile = new LinkedHashMap<>();
        all().forEach(one -> byFile.put(one.source(), new CertificateStatus(
                one.names().iterator().next(), one.source(), one.algorithm(), one.until())));
        return List.copyOf(byFile.values());
    }

    /** What is wrong with the files now, one line each. */
    public List<String> faults() {
        return faults.values().stream().map(Fault::reason).toList();
    }

    public void close() {
        closed = true;
    }
}
