package dev.gyre.dns;

import dev.gyre.config.BackendNetworks;
import dev.gyre.config.ResolverSettings;
import dev.gyre.dns.Reply.Answer;
import dev.gyre.dns.Reply.None;
import dev.gyre.model.NameStatus;
import dev.gyre.model.Topology;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Looks up the names of backends, again when an answer expires, and publishes the topology with their
 * addresses whenever either has changed. Lookups have a thread of their own, which runs only while there are
 * names. Thread-safe.
 */
public final class NameResolver {

    /** Most lookups at a time; each has a socket or two of its own. */
    private static final int LOOKUPS = 100;

    private final ResolverSettings settings;
    private final InstantSource clock;
    private final RandomGenerator dice;
    private final Executor soon;
    private final Consumer<Topology> publisher;
    private final Map<String, Entry> entries = new HashMap<>();
    private final List<Promise<Void>> waiting = new ArrayList<>();
    private Optional<Questions> questions = Optional.empty();
    private final AddressExpansion expansion;
    /** Names with changes that are not published yet. */
    private final Set<String> changed = new HashSet<>();
    private volatile Topology topology = Topology.empty();
    private boolean closed;

    /** One name of a backend. */
    private static final class Entry {

        private final String name;
        private final LookupStats stats;
        private Resolution known;

        Entry(String name, Instant now) {
            this.name = name;
            this.stats = new LookupStats(name);
            this.known = Resolution.nothing(now);
        }

        NameStatus status() {
            return new NameStatus(known.texts().size(), known.failing(), known.since(), known.ttl(),
                    stats.counts());
        }
    }

    /** Resources that exist only while there are names. */
    private record Questions(MultiThreadIoEventLoopGroup group, EventLoop loop, NameServers servers,
            Lookup lookup, ConcurrencyLimiter limiter) {

        static Questions open(ResolverSettings settings) {
            MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1,
                    new DefaultThreadFactory("gyre-dns", true), NioIoHandler.newFactory());
            EventLoop loop = group.next();
            NameServers servers = new NameServers(loop, settings.timeout());
            return new Questions(group, loop, servers, new Lookup(settings, servers),
                    new ConcurrencyLimiter(LOOKUPS));
        }

        void close() {
            servers.close();
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }

    /**
     * @param networks the allowed addresses of backends
     * @param soon  runs tasks later, in order; a task may take long
     * @param publisher receives each new topology, one at a time
     */
    public NameResolver(ResolverSettings settings, BackendNetworks networks, InstantSource clock,
            RandomGenerator dice, Executor soon, Consumer<Topology> publisher) {
        this.expansion = new AddressExpansion(networks);
        this.settings = settings;
        this.clock = clock;
        this.dice = dice;
        this.soon = soon;
        this.publisher = publisher;
    }

    /**
     * Sets the wanted topology. It is published before this returns; a new name has no backend until its
     * first answer.
     */
    public synchronized void apply(Topology next) {
        if (closed) {
            return;
        }
        AddressExpansion.Turnover names = expansion.want(next);
        entries.keySet().removeAll(names.left());
        List<Entry> fresh = names.came().stream().map(name -> new Entry(name, now())).toList();
        fresh.forEach(entry -> entries.put(entry.name, entry));
        if (questions.isPresent() && entries.isEmpty()) {
            questions.get().close();
            questions = Optional.empty();
        }
        fresh.forEach(this::lookUp);
        publish();
    }

    private synchronized void publish() {
        if (!closed) {
            Topology next = expansion.topology(name -> entries.get(name).known, changed);
            // A listing must show only what requests already use.
            publisher.accept(next);
            topology = next;
            changed.clear();
            if (!waiting.isEmpty() && allBegun()) {
                List<Promise<Void>> settled = List.copyOf(waiting);
                waiting.clear();
                soon.execute(() -> settled.forEach(Promise::tryComplete));
            }
        }
    }

    private boolean allBegun() {
        return entries.values().stream().allMatch(entry -> entry.known.begun());
    }

    private void lookUp(Entry entry) {
        if (questions.isEmpty()) {
            questions = Optional.of(Questions.open(settings));
        }
        Questions by = questions.get();
        // Composed, so that an exception becomes an answer as well.
        by.loop().execute(() -> by.limiter().submit(() ->
                Future.succeededFuture(entry.name).compose(by.lookup()::of)
                        .otherwise(e -> Map.of(RecordType.A, new None(LookupFailure.OTHER, e.toString())))
                        .onSuccess(answers -> learn(entry, by, answers))));
    }

    private synchronized void learn(Entry entry, Questions by, Map<RecordType, Answer> answers) {
        if (closed || entries.get(entry.name) != entry) {
            return;
        }
        Resolution before = entry.known;
        entry.known = before.after(answers, now());
        entry.stats.lookedUp(before, entry.known, answers);
        boolean same = before.begun() && before.good().equals(entry.known.good())
                && before.unresolvedReason().equals(entry.known.unresolvedReason());
        if (!same) {
            changed.add(entry.name);
            soon.execute(this::publish);
        }
        by.loop().schedule(() -> again(entry), LookupDelay.before(entry.known, settings, dice).toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /** In milliseconds: nothing here needs more. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private synchronized void again(Entry entry) {
        if (!closed && entries.get(entry.name) == entry) {
            lookUp(entry);
        }
    }

    /** The topology published last, with addresses for names. */
    public Topology topology() {
        return topology;
    }

    /** The status of each name. */
    public synchronized SortedMap<String, NameStatus> statuses() {
        SortedMap<String, NameStatus> statuses = new TreeMap<>();
        entries.forEach((name, entry) -> statuses.put(name, entry.status()));
        return statuses;
    }

    /** Completes when each name was looked up once and the result is published, or after this time. */
    public synchronized Future<Void> settled(Duration most) {
        if (questions.isEmpty() || changed.isEmpty() && allBegun()) {
            return Future.succeededFuture();
        }
        Promise<Void> promise = Promise.promise();
        waiting.add(promise);
        ScheduledFuture<?> late = questions.get().loop().schedule(() -> promise.tryComplete(),
                most.toMillis(), TimeUnit.MILLISECONDS);
        return promise.future().onComplete(done -> late.cancel(false));
    }

    public synchronized Future<Void> close() {
        closed = true;
        waiting.forEach(Promise::tryComplete);
        questions.ifPresent(Questions::close);
        return Future.succeededFuture();
    }
}
