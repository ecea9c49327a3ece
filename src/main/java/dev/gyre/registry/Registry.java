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
 * Holds the topology and is its only writer. Commands are applied in the order of their arrival; commands
 * that arrive while the disk is busy share the next write. A command is acknowledged once it is on the disk,
 * and in a cluster once it would survive the loss of this node.
 */
public final class Registry {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.registry");
    /** How often deadlines of drains and holds are checked; a step of the clock is noticed as fast. */
    private static final long END_CHECK_MILLIS = 200;
    /** Most ends recorded at a time. */
    private static final int ENDS = 1_000;
    private static final long RETRY_MILLIS = 5_000;
    private static final Duration COLLECT_AT_MOST = Duration.ofMinutes(10);
    /** Tombstones are collected at least so many times within the retention. */
    private static final int COLLECTIONS = 100;

    private final Vertx vertx;
    private final RegistrySettings settings;
    private final InstantSource clock;
    private final HybridClock stamps;
    /** One thread: it writes and calls the watchers, one group of commands after the other. */
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
     * Reads the stored entries and adds the declared topology below them. Fails with {@link DataUnusable} if
     * the data directory cannot be used; a directory that can only be read is used for reading.
     *
     * @param declaration the declared topology
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

    /** The current topology. On any thread. */
    public Topology topology() {
        return state.topology();
    }

    /** The current entries. On any thread. */
    public Entries entries() {
        return state.entries();
    }

    /** The state of the registry itself. On any thread. */
    public RegistryStatus status() {
        RegistryState current = state;
        return new RegistryStatus(disk.trouble(), disk.owed(), faults.get(), current.unknown(),
                List.copyOf(current.broken().values()));
    }

    /** The fields of each resource by layer. On any thread. */
    public LayerListing layers() {
        return new LayerListing(state);
    }

    /** From now on a command is acknowledged only when its changes are stored there as well. */
    public void replicate(Replica to) {
        replica = to;
    }

    /** Changes by people and config are refused (503) while this gives a reason. */
    public void refuseWhile(Supplier<Optional<String>> reason) {
        refusal = reason;
    }

    /**
     * Takes over entries of other nodes where they are later than its own; completes when they take effect.
     */
    public Future<CommandResult> merge(Collection<Entry> entries) {
        entries.forEach(entry -> entry.registers().forEach(register -> stamps.seen(register.stamp())));
        return apply(new MergeRemote(entries.stream().flatMap(entry -> trusted(entry).stream()).toList(),
                horizon()), Author.OTHER_NODES);
    }

    /** Records a stamp of another node; false if it is too far ahead to be believed. */
    public boolean seen(Stamp stamp) {
        return stamps.seen(stamp);
    }

    /** Whether the entry would change the entries here. */
    public boolean wants(Entry entry) {
        return trusted(entry).filter(rest -> MergeRemote.wanted(state.entries(), rest, horizon()))
                .isPresent();
    }

    /**
     * Fields up to this stamp are not taken over if they are unknown here: this node has seen them removed
     * and has forgotten that, and a node that was away for longer may still send them.
     */
    public void distrust(Stamp upTo) {
        distrusted = upTo;
    }

    /** The part of an entry that is {@linkplain #distrust trusted}; perhaps all of it. */
    public Optional<Entry> trusted(Entry entry) {
        Stamp upTo = distrusted;
        if (upTo.equals(Stamp.ZERO) || entry.key().isChange()) {
            return Optional.of(entry);
        }
        Optional<Entry> held = state.entries().entry(entry.key());
        return entry.only(register -> register.stamp().compareTo(upTo) > 0
                || held.flatMap(one -> one.register(register.name())).isPresent());
    }

    /** Tombstones with an earlier stamp may be forgotten. */
    private Stamp horizon() {
        return new Stamp(Math.max(0, now().minus(settings.retention()).toEpochMilli()), 0, 0);
    }

    /** The highest stamp of a removal that this node has forgotten; {@link Stamp#ZERO} if none. */
    public Stamp collected() {
        return disk.note(JournalWriter.COLLECTED).map(Stamp::parse).orElse(Stamp.ZERO);
    }

    /** A note on this node's disk. On any thread. */
    public Optional<String> note(String name) {
        return disk.note(name);
    }

    /** Writes a note on this node's disk, which no other node sees. */
    public void note(String name, String text) {
        onWriter(() -> disk.note(name, text, state.entries()));
    }

    /**
     * Forgets the entries that the other nodes have removed and forgotten while this node was away.
     *
     * @param left the part of each entry that stays, if any
     */
    public Future<Void> giveUp(Map<Key, Optional<Entry>> left) {
        return writer.executeBlocking(() -> {
            forget(left);
            return null;
        });
    }

    /** The recorded changes. On any thread. */
    public History history() {
        return new History(state);
    }

    /** This node's id, kept in the data directory: 16 hexadecimal digits. */
    public String nodeId() {
        return HexFormat.of().toHexDigits(disk.node());
    }

    /**
     * Calls the watcher with every new topology from now on, one after the other on the registry's own
     * thread, before the command that caused it is acknowledged.
     */
    public void watch(Consumer<Topology> watcher) {
        watchers.add(watcher);
    }

    /**
     * As {@link #watch}, and calls the watcher with the present topology first: between a look at it and the
     * first call another topology could come and be missed. Completes after the first call.
     */
    public Future<Void> follow(Consumer<Topology> watcher) {
        return writer.executeBlocking(() -> {
            watchers.add(watcher);
            notify(watcher, state.topology());
            return null;
        });
    }

    /**
     * Replaces the declared topology; the operator's fields stay. Fails with {@link CommandRefused} and
     * changes nothing if routes would lead nowhere.
     */
    public Future<CommandResult> declare(Topology declared) {
        return apply(new Declare(declared, true), Author.CONFIG).onSuccess(applied ->
                onWriter(() -> disk.declared(new Declaration(declared, false).name())));
    }

    /** Fails with {@link CommandRefused} if the command cannot be carried out. */
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

    /**
     * Checks each command against the state after those before it, writes all changes at once, then answers.
     */
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

    /** The disk is not writable: changes that other nodes hold count at once, and are written later. */
    private void followOthers(CommandBatch group, String failure) {
        CommandBatch unchanged = group.refuseDecided("cannot be made durable now: " + failure);
        CommandBatch others = judged(group.automatic());
        disk.owe(others.changed());
        publish(others.state());
        replicate(others);
        // They may repeat changes that are not confirmed yet.
        replicate(unchanged);
    }

    /** In this order: requests must already use what a listing shows. */
    private void publish(RegistryState next) {
        RegistryState before = state;
        if (next.topology() != before.topology()) {
            watchers.forEach(watcher -> notify(watcher, next.topology()));
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
                            + "; it is passed on as soon as possible, repeating it makes sure"));
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

    /** A failed watcher must not keep the topology from the others, nor the answer from the caller. */
    private void notify(Consumer<Topology> watcher, Topology topology) {
        try {
            watcher.accept(topology);
        } catch (Throwable e) {
            fault("a watcher failed on topology " + topology.version(), e);
        }
    }

    /** Requests follow the end at once; it is recorded when most nodes are connected. */
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

    /** Forgets tombstones that are older than the retention; the latest stamp of all stays. */
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

    /** Refuses commands from now on, finishes those accepted, and releases the data directory. */
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
