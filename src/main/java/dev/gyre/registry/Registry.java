package dev.gyre.registry;

import dev.gyre.model.Topology;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the topology and is the only writer of it. Commands are applied in the order of their coming; those
 * that come while the disk is busy share the next write. A command is acknowledged once it is on the disk,
 * and in a cluster once other nodes would have it if this one were lost.
 */
public final class Registry {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.registry");
    /** How often it is looked whether a drain or hold is over; a step of the clock is noticed as fast. */
    private static final long END_CHECK_MILLIS = 200;
    /** So many are written down at a time. */
    private static final int ENDS = 1_000;
    private static final long RETRY_MILLIS = 5_000;
    private static final Duration COLLECT_AT_MOST = Duration.ofMinutes(10);
    /** Marks of removals are looked for so many times within the retention at least. */
    private static final int COLLECTIONS = 100;

    private final Vertx vertx;
    private final RegistrySettings settings;
    private final InstantSource clock;
    private final HybridClock stamps;
    /** One thread: all writing, and all telling of watchers, happens on it, one group after the other. */
    private final WorkerExecutor writer;
    private final CommandQueue queue;
    private final JournalWriter disk;
    private final Acknowledgements acknowledgements = new Acknowledgements();
    private final List<Consumer<Topology>> watchers = new CopyOnWriteArrayList<>();
    private final AtomicBoolean ending = new AtomicBoolean();
    private final List<Long> timers = new ArrayList<>();

    private volatile RegistryState state = RegistryState.of(Entries.empty(), Instant.EPOCH);
    private volatile Replica replica = Replica.NONE;
    private volatile Stamp distrusted = Stamp.ZERO;
    private volatile Supplier<Optional<String>> refusal = Optional::empty;
    private final AtomicLong faults = new AtomicLong();

    private Registry(Vertx vertx, Store store, RegistrySettings settings, InstantSource clock,
                     WorkerExecutor writer) {
        this.vertx = vertx;
        this.settings = settings;
        this.clock = clock;
        this.writer = writer;
        this.queue = new CommandQueue(writer, () -> replica, this::write, this::fault);
        this.disk = new JournalWriter(store);
        this.stamps = new HybridClock(clock, store.node(), settings.maxClockSkew());
        timers.add(vertx.setPeriodic(END_CHECK_MILLIS, timer -> endDue()));
        timers.add(vertx.setPeriodic(RETRY_MILLIS, timer -> settleDisk()));
        timers.add(vertx.setPeriodic(collectMillis(), timer -> onWriter(this::collect)));
    }

    private long collectMillis() {
        return Math.min(COLLECT_AT_MOST.toMillis(), settings.retention().toMillis() / COLLECTIONS);
    }

    /**
     * Reads what was kept and lays the declared topology under it. Fails with {@link DataUnusable} when the
     * data directory cannot be used; one that can be read and not written is used as far as that goes.
     *
     * @param declaration what config says
     */
    public static Future<Registry> open(Vertx vertx, RegistrySettings settings, Declaration declaration,
                                        InstantSource clock) {
        return open(vertx, () -> store(settings, clock), settings,
                declaration, clock);
    }

    private static Store store(RegistrySettings settings, InstantSource clock) throws DataUnusable {
        SecureRandom random = new SecureRandom();
        return settings.data().isPresent() ? FileStore.open(settings.data().get(), clock, random)
                : new Store.InMemory(random.nextLong());
    }

    static Future<Registry> open(Vertx vertx, Callable<Store> opened, RegistrySettings settings,
                                 Declaration declaration, InstantSource clock) {
        WorkerExecutor writer = vertx.createSharedWorkerExecutor("gyre-registry", 1);
        return writer.executeBlocking(() -> {
            Store store = opened.call();
            Registry registry = new Registry(vertx, store, settings, clock, writer);
            try {
                registry.start(declaration);
            } catch (DataUnusable | RuntimeException e) {
                registry.release();
                throw e;
            }
            return registry;
        }).onFailure(failure -> writer.close());
    }

    private void start(Declaration declaration) throws DataUnusable {
        replica = declaration.shared() ? Replica.NOT_YET : Replica.NONE;
        Entries kept = disk.load();
        stamps.seen(kept.highest());
        RegistryState start = RegistryState.of(kept, now());
        try {
            Optional<Stamp> stamp = declaration.stamp(kept, disk.declared(), stamps, disk.node());
            if (stamp.isPresent()) {
                Change change = new Declare(declaration.declared(), false).on(start, stamp.get());
                start = ChangeRecord.applied(start,
                        new Change(start.restamped(change.entries(), stamp.get()), change.what()),
                                stamp.get(),
                        Author.CONFIG, settings.name());
            }
        } catch (CommandRefused e) {
            throw new DataUnusable(e.getMessage());
        }
        disk.begin(kept, start.entries(), declaration.name());
        state = start;
        collect();
        logBroken(RegistryState.of(Entries.empty(), Instant.EPOCH), start);
    }

    private Instant now() {
        return replica.time().orElseGet(clock::instant);
    }

    /** The topology that counts now; any thread may ask. */
    public Topology topology() {
        return state.topology();
    }

    /** All that the registry holds now; any thread may ask. */
    public Entries entries() {
        return state.entries();
    }

    /** How it stands with the registry itself; any thread may ask. */
    public RegistryStatus status() {
        RegistryState current = state;
        return new RegistryStatus(disk.trouble(), disk.owed(), faults.get(), current.unknown(),
                List.copyOf(current.broken().values()));
    }

    /** What each layer says of each resource; any thread may ask. */
    public LayerListing layers() {
        return new LayerListing(state);
    }

    /** From now on a command is acknowledged only when its changes are kept there as well. */
    public void replicate(Replica to) {
        replica = to;
    }

    /** What people and config want is refused (503) for as long as there is a reason, in words. */
    public void refuseWhile(Supplier<Optional<String>> reason) {
        refusal = reason;
    }

    /**
     * Takes over what other nodes wrote, where it is later than what is held; completes when it takes effect.
     */
    public Future<CommandResult> merge(Collection<Entry> entries) {
        entries.forEach(entry -> entry.registers().forEach(register -> stamps.seen(register.stamp())));
        return apply(new MergeRemote(entries.stream().flatMap(entry -> trusted(entry).stream()).toList(),
                horizon()), Author.OTHER_NODES);
    }

    /** Takes note of a stamp of another node; false when it is too far ahead to be believed. */
    public boolean seen(Stamp stamp) {
        return stamps.seen(stamp);
    }

    /** Taking the entry over would change what is held here. */
    public boolean wants(Entry entry) {
        return trusted(entry).filter(rest -> MergeRemote.wanted(state.entries(), rest, horizon()))
                .isPresent();
    }

    /**
     * Fields up to this stamp are not taken over where they are not held: this node has seen them removed and
     * has forgotten that, and a node that was away for longer still has them.
     */
    public void distrust(Stamp upTo) {
        distrusted = upTo;
    }

    /** What is left of an entry without what is {@linkplain #distrust not trusted}; perhaps all of it. */
    public Optional<Entry> trusted(Entry entry) {
        Stamp upTo = distrusted;
        if (upTo.equals(Stamp.ZERO) || entry.key().isChange()) {
            return Optional.of(entry);
        }
        Optional<Entry> held = state.entries().entry(entry.key());
        return entry.only(register -> register.stamp().compareTo(upTo) > 0
                || held.flatMap(one -> one.register(register.name())).isPresent());
    }

    /** The mark of a removal before it may be forgotten. */
    private Stamp horizon() {
        return new Stamp(Math.max(0, now().minus(settings.retention()).toEpochMilli()), 0, 0);
    }

    /** The highest stamp of a removal that this node has forgotten; {@link Stamp#ZERO} when it never did. */
    public Stamp collected() {
        return disk.note(JournalWriter.COLLECTED).map(Stamp::parse).orElse(Stamp.ZERO);
    }

    /** What was noted on this node's disk under a name; any thread may ask. */
    public Optional<String> note(String name) {
        return disk.note(name);
    }

    /** Notes something on this node's disk, for itself alone. */
    public void note(String name, String text) {
        onWriter(() -> disk.note(name, text, state.entries()));
    }

    /**
     * Forgets what the others have removed and forgotten while this node was away.
     *
     * @param left of each entry concerned what stays, if anything does
     */
    public Future<Void> giveUp(Map<Key, Optional<Entry>> left) {
        return writer.executeBlocking(() -> {
            forget(left);
            return null;
        });
    }

    /** What has changed up to now; any thread may ask. */
    public History history() {
        return new History(state);
    }

    /** This node's id, kept in the data directory: 16 hexadecimal digits. */
    public String nodeId() {
        return HexFormat.of().toHexDigits(disk.node());
    }

    /**
     * Calls for every new topology from now on, one after the other on the registry's own thread, before the
     * command that brought it is acknowledged.
     */
    public void watch(Consumer<Topology> watcher) {
        watchers.add(watcher);
    }

    /**
     * Replaces what config declared; what the operator overruled stays so. Fails with {@link CommandRefused}
     * when routes would lead nowhere, and changes nothing then.
     */
    public Future<CommandResult> declare(Topology declared) {
        return apply(new Declare(declared, true), Author.CONFIG).onSuccess(applied ->
                onWriter(() -> disk.declared(new Declaration(declared, false).name())));
    }

    /** Fails with {@link CommandRefused} when the command cannot be carried out. */
    public Future<CommandResult> apply(Command command, Author author) {
        CommandBatch.Pending pending =
                new CommandBatch.Pending(command, author, vertx.getOrCreateContext(), Promise.promise());
        Optional<String> reason = command instanceof MergeRemote ? Optional.empty() : refusal.get();
        if (reason.isPresent()) {
            return Future.failedFuture(new CommandRefused(503, reason.get()));
        }
        return queue.add(pending) ? pending.reply().future()
                : Future.failedFuture(new CommandRefused(503, "the node is stopping"));
    }

    /** Judges each command by what those before it leave, writes all changes at once, then answers. */
    private void write(List<CommandBatch.Pending> pending) {
        CommandBatch group = judged(pending);
        if (group.state() == state) {
            replicate(group);
            return;
        }
        Optional<String> failure = disk.append(state.entries(), group.state().entries(), group.changed());
        if (failure.isEmpty()) {
            publish(group.state());
            replicate(group);
        } else {
            followOthers(group, failure.get());
        }
    }

    private CommandBatch judged(List<CommandBatch.Pending> pending) {
        CommandBatch group = new CommandBatch(state.at(now()), settings.name());
        pending.forEach(one -> group.add(one, stamps.next()));
        return group;
    }

    /** The disk takes nothing: what others have made durable counts at once and is owed to the disk. */
    private void followOthers(CommandBatch group, String failure) {
        CommandBatch unchanged = group.refuseDecided("cannot be made durable now: " + failure);
        CommandBatch others = judged(group.automatic());
        disk.owe(others.changed());
        publish(others.state());
        replicate(others);
        // They may repeat what is not confirmed yet.
        replicate(unchanged);
    }

    /** In this order: what a listing shows must be what requests are served by already. */
    private void publish(RegistryState next) {
        RegistryState before = state;
        if (next.topology() != before.topology()) {
            watchers.forEach(watcher -> tell(watcher, next.topology()));
        }
        state = next;
        logBroken(before, next);
    }

    private static void logBroken(RegistryState before, RegistryState now) {
        now.broken().forEach((name, words) -> {
            if (!words.equals(before.broken().get(name))) {
                LOG.warn("rule broken: {}", words);
            }
        });
        before.broken().keySet().stream().filter(name -> !now.broken().containsKey(name))
                .forEach(name -> LOG.info("rule holds again: {}", name));
    }

    private void replicate(CommandBatch group) {
        RegistryState written = state;
        Future<?> kept = acknowledgements.offer(group.own(), keys -> keep(keys.stream()
                .flatMap(key -> written.entries().entry(key).stream()).toList()));
        if (group.allAutomatic()) {
            group.answer();
        } else {
            group.answerAutomatic();
            kept.onComplete(done -> group.answer(), failure -> group.unconfirmed(
                    "on this node's disk, but not confirmed by the cluster: " + failure.getMessage()
                            + "; it is passed on as soon as that works, and asking again tells"));
        }
    }

    private Future<Void> keep(List<Entry> offered) {
        try {
            return replica.keep(offered);
        } catch (Throwable e) {
            fault("replication failed", e);
            return Future.failedFuture(e);
        }
    }

    private void fault(String event, Throwable e) {
        faults.incrementAndGet();
        LOG.error("{}: the registry goes on", event, e);
    }

    /** A watcher that fails must not keep the others from the news, nor the caller from the answer. */
    private void tell(Consumer<Topology> watcher, Topology topology) {
        try {
            watcher.accept(topology);
        } catch (Throwable e) {
            fault("a watcher failed on topology " + topology.version(), e);
        }
    }

    /** What requests are served by follows at once; it is written down when most nodes are there to agree. */
    private void endDue() {
        Instant now = now();
        RegistryState current = state;
        if (!current.deadlines().between(current.now(), now).isEmpty()) {
            onWriter(() -> publish(state.at(now())));
        }
        List<DeadlineCommand> ends = current.deadlines().over(now).limit(ENDS).map(DeadlineCommand::new)
                .toList();
        if (ends.isEmpty() || !replica.inTouch() || !ending.compareAndSet(false, true)) {
            return;
        }
        Future.join(ends.stream().map(end -> apply(end, end.author())).toList())
                .onComplete(ended -> ending.set(false),
                        failure -> vertx.setTimer(RETRY_MILLIS, timer -> ending.set(false)));
    }

    private void settleDisk() {
        if (disk.isUnsettled()) {
            onWriter(() -> disk.settle(state.entries()));
        }
    }

    /** Forgets the marks of removals that are older than the retention; the latest stamp of all stays. */
    private void collect() {
        if (!replica.inTouch()) {
            return;
        }
        Stamp horizon = horizon();
        Entries entries = state.entries();
        List<Entry> old = entries.all().stream().filter(entry -> entry.tombstone()
                && entry.stamp().compareTo(horizon) < 0
                && !entry.stamp().equals(entries.highestWanted())).toList();
        if (!old.isEmpty()) {
            Stamp highest = old.stream().map(Entry::stamp).max(Stamp::compareTo).orElseThrow();
            if (highest.compareTo(collected()) > 0) {
                disk.note(JournalWriter.COLLECTED, highest.toString(), entries);
            }
            forget(old.stream().collect(Collectors.toMap(Entry::key, entry -> Optional.empty())));
            LOG.info("tombstones collected: count={} older_than={}", old.size(),
                    Instant.ofEpochMilli(horizon.wall()));
        }
    }

    private void forget(Map<Key, Optional<Entry>> left) {
        Set<Key> keys = left.keySet();
        RegistryState next = state.without(keys)
                .with(left.values().stream().flatMap(Optional::stream).toList());
        if (disk.append(state.entries(), next.entries(), keys).isPresent()) {
            disk.owe(keys);
        }
        publish(next);
        disk.compact(next.entries());
    }

    private void onWriter(Runnable task) {
        writer.executeBlocking(() -> {
            try {
                task.run();
            } catch (Throwable e) {
                fault("registry task failed", e);
            }
            return null;
        });
    }

    /** Refuses commands from now on, finishes those accepted, and gives up the data directory. */
    public Future<Void> close() {
        if (!queue.close()) {
            return Future.succeededFuture();
        }
        return writer.executeBlocking(() -> {
            release();
            return (Void) null;
        }).eventually(writer::close);
    }

    private void release() {
        timers.forEach(vertx::cancelTimer);
        disk.close();
    }
}
