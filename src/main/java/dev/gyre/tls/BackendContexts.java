package dev.gyre.tls;

import dev.gyre.model.BackendTls;
import dev.gyre.model.Scheme;
import dev.gyre.model.Service;
import dev.gyre.model.ServiceChange;
import dev.gyre.model.Topology;
import io.netty.handler.ssl.SslProvider;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@link BackendContext} of each kind of settings that services with TLS have. Their files are read on
 * a worker, and read again when they have changed: a file that has become unusable keeps the context made of
 * the former one. Thread-safe.
 */
public final class BackendContexts {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.tls");

    private final BackendContextReader reader;
    private final Executor worker;
    private final Map<BackendTls, Entry> entries = new ConcurrentHashMap<>();
    private volatile Topology topology = Topology.empty();

    /** One kind of settings. Written by the worker, once {@link #latest} has been made. */
    private static final class Entry {

        private final Promise<BackendContext> first = Promise.promise();
        private volatile Future<BackendContext> latest = first.future();
        /** What came of the last try: the digest of the files, or why they could not be used. */
        private String found = "";
    }

    /**
     * With OpenSSL where its library loads.
     *
     * @param worker runs one task at a time, which may wait for files
     */
    public static BackendContexts on(Executor worker, InstantSource clock) {
        SslProvider engine = ListenerContexts.engine();
        return new BackendContexts(new BackendContextReader(engine, clock), worker);
    }

    BackendContexts(BackendContextReader reader, Executor worker) {
        this.reader = reader;
        this.worker = worker;
    }

    /** Fails with {@link UnusableCertificate} as long as the files have never been usable. */
    public Future<BackendContext> of(BackendTls settings) {
        Entry known = entries.get(settings);
        return (known != null ? known : wanted(settings)).latest;
    }

    /** It is what new connections get, and has not been replaced because a file has changed. */
    public boolean uses(BackendContext context) {
        return entries.values().stream().anyMatch(entry -> entry.latest.result() == context);
    }

    private Entry wanted(BackendTls settings) {
        Entry fresh = new Entry();
        Entry known = entries.putIfAbsent(settings, fresh);
        if (known == null) {
            worker.execute(() -> read(settings, fresh));
        }
        return known == null ? fresh : known;
    }

    /** Prepares what the services' backends need from now on, before the first request needs it. */
    public void apply(Topology next) {
        Topology before = topology;
        topology = next;
        ServiceChange.between(before, next).stream().flatMap(change -> change.after().stream())
                .filter(BackendContexts::usesTls).forEach(service -> {
                    wanted(service.policy().tls());
                    if (insecure(service) && !insecure(before.services().get(service.name()))) {
                        warn(service);
                    }
                });
        entries.keySet().retainAll(next.services().values().stream().map(service -> service.policy().tls())
                .collect(Collectors.toSet()));
    }

    static boolean usesTls(Service service) {
        return service.backends().stream().anyMatch(backend -> backend.url().scheme() == Scheme.HTTPS);
    }

    private static boolean insecure(Service service) {
        return service != null && usesTls(service) && service.policy().tls().insecure();
    }

    /** Warns of each service whose backends may be anybody. */
    public void warnOfInsecure() {
        topology.services().values().stream().filter(BackendContexts::insecure)
                .forEach(BackendContexts::warn);
    }

    private static void warn(Service service) {
        LOG.warn("backend certificates not checked service={}: tls.insecure is true, so that anybody between"
                + " this node and the backends can read and change requests", service.name());
    }

    /** Reads the files again, on the worker; to be called every few seconds. */
    public void refresh() {
        if (!entries.isEmpty()) {
            worker.execute(() -> entries.forEach(this::read));
        }
    }

    private void read(BackendTls settings, Entry entry) {
        boolean begins = !entry.first.future().isComplete();
        try {
            BackendFiles files = BackendFiles.read(settings);
            if (files.digest().equals(entry.found)) {
                return;
            }
            BackendContext context = reader.context(settings, files);
            entry.found = files.digest();
            entry.latest = Future.succeededFuture(context);
            if (!begins) {
                LOG.info("backend TLS files changed service={}: new connections use them",
                        services(settings));
            }
        } catch (UnusableCertificate e) {
            unusable(settings, entry, e);
        }
        if (begins) {
            entry.latest.onComplete(entry.first);
        }
    }

    private void unusable(BackendTls settings, Entry entry, UnusableCertificate why) {
        if (entry.found.equals(why.getMessage())) {
            return;
        }
        entry.found = why.getMessage();
        boolean kept = entry.latest.succeeded();
        if (!kept) {
            entry.latest = Future.failedFuture(why);
        }
        LOG.warn("backend TLS files unusable service={} reason=\"{}\": {}", services(settings),
                why.getMessage(), kept ? "the former ones stay in use"
                        : "no connection to its https backends can be opened");
    }

    private String services(BackendTls settings) {
        return topology.services().values().stream()
                .filter(service -> usesTls(service) && service.policy().tls().equals(settings))
                .map(Service::name).sorted().collect(Collectors.joining(","));
    }
}
