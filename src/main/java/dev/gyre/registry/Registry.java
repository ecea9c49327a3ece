package dev.gyre.registry;

import dev.gyre.model.Topology;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the topology and is the only writer of it. Commands are applied in the order of their coming; those
 * that come while the disk is busy share the next write. A command is acknowledged once it is on the disk.
 */
public final class Registry {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.registry");
    /** How often it is looked whether a drain or hold is over; a step of the clock is noticed as fast. */
    private static final long END_CHECK_MILLIS = 200;
    private static final long RETRY_MILLIS = 5_000;

    private final Vertx vertx;
    private final Store store;
    private final String name;
    private final InstantSource clock;
    private final HybridClock stamps;
    /** One thread: all writing, and all telling of watchers, happens on it, one group after the other. */
    private final WorkerExecutor writer;
    private final List<Consumer<Topology>> watchers = new CopyOnWriteArrayList<>();
    private final AtomicBoolean ending = new AtomicBoolean();
    private final long endCheck;

    private volatile State state = State.of(Entries.empty());
    private volatile Replica replica = Replica.NONE;
    /** Written to the disk, but not known to be kept by the replica; used by the writer only. */
    private Set<Key> owed = new HashSet<>();
    private List<Group.Pending> waiting = new ArrayList<>();
    private boolean writing;
    private boolean closed;

    private Registry(Vertx vertx, Store store, String name, InstantSource clock, WorkerExecutor writer) {
        this.vertx = vertx;
        this.store = store;
        this.name = name;
        this.clock = clock;
        this.writer = writer;
        this.stamps = new HybridClock(clock, store.node());
        this.endCheck = vertx.setPeriodic(END_CHECK_MILLIS, timer -> endDue());
    }

    /**
     * Reads what was kept and lays the declared topology under it. Fails with {@link DataUnusable} when the
     * data directory cannot be used.
     *
     * @param data        directory to keep changes in, created where missing; empty: they are forgotten at
     *                    the end
     * @param name        of this node, under which history shows what it changed
     * @param declaration what config says
     */
    public static Future<Registry> open(Vertx vertx, Optional<Path> data, String name,
                                        Declaration declaration, InstantSource clock) {
        WorkerExecutor writer = vertx.createSharedWorkerExecutor("gyre-registry", 1);
        return writer.executeBlocking(() -> {
            Store store = Store.open(data, clock, new SecureRandom());
            Registry registry = new Registry(vertx, store, name, clock, writer);
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
        Entries kept = Lines.entries(store.load());
        stamps.seen(kept.highest());
        State start = State.of(kept);
        try {
            start = changed(start, new EndDrains(), stamps.next(), Author.DRAIN_TTL);
            start = changed(start, new EndHolds(), stamps.next(), Author.HOLD_DEADLINE);
            Optional<Stamp> stamp = declaration.stamp(kept, store.declared(), stamps, store.node());
            if (stamp.isPresent()) {
                start = changed(start, new Declare(declaration.declared(), false), stamp.get(),
                        Author.CONFIG);
            }
            keep(kept, start.entries());
            store.declared(declaration.name());
        } catch (IOException e) {
            LOG.error("what config declares is not kept on the disk: {}", DataDirectory.inWords(e));
        } catch (CommandRefused e) {
            throw new DataUnusable(e.getMessage());
        }
        if (start.undecided()) {
            LOG.warn("services {} and no route, since the operator removed those of config: nothing is served"
                    + " until a route is added (route.put)", start.topology().services().keySet());
        }
        state = start;
    }

    private void keep(Entries before, Entries after) throws IOException {
        store.append(Lines.changed(before, after), () -> Lines.of(after));
    }

    private State changed(State before, Command command, Stamp stamp, Author author)
            throws CommandRefused {
        return before.changed(command.on(before, stamp, clock.instant()), stamp, author, name);
    }

    /** The topology that counts now; any thread may ask. */
    public Topology topology() {
        return state.topology();
    }

    /** All that the registry holds now; any thread may ask. */
    public Entries entries() {
        return state.entries();
    }

    /** From now on a command is acknowledged only when its changes are kept there as well. */
    public void replicate(Replica to) {
        replica = to;
    }

    /**
     * Takes over what other nodes wrote, where it is later than what is held; completes when on the disk.
     */
    public Future<Applied> merge(Collection<Entry> entries) {
        entries.forEach(entry -> stamps.seen(entry.stamp()));
        return apply(new Adopt(entries), Author.OTHER_NODES);
    }

    /** What has changed up to now; any thread may ask. */
    public History history() {
        return new History(state);
    }

    /** This node's id, kept in the data directory: 16 hexadecimal digits. */
    public String nodeId() {
        return HexFormat.of().toHexDigits(store.node());
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
    public Future<Topology> declare(Topology declared) {
        return apply(new Declare(declared, true), Author.CONFIG).compose(applied ->
                writer.executeBlocking(() -> {
                    store.declared(new Declaration(declared, false).name());
                    return topology();
                }));
    }

    /** Fails with {@link CommandRefused} when the command cannot be carried out. */
    public Future<Applied> apply(Command command, Author author) {
        Group.Pending pending =
                new Group.Pending(command, author, vertx.getOrCreateContext(), Promise.promise());
        synchronized (this) {
            if (closed) {
                return Future.failedFuture(new CommandRefused(503, "the node is stopping"));
            }
            waiting.add(pending);
            if (!writing) {
                writing = true;
                writer.executeBlocking(this::writeAll);
            }
        }
        return pending.reply().future();
    }

    private Void writeAll() {
        while (true) {
            List<Group.Pending> group;
            synchronized (this) {
                group = waiting;
                waiting = new ArrayList<>();
                if (group.isEmpty()) {
                    writing = false;
                    return null;
                }
            }
            write(group);
        }
    }

    /** Judges each command by what those before it leave, writes all changes at once, then answers. */
    private void write(List<Group.Pending> pending) {
        Group group = new Group(state, name);
        pending.forEach(one -> group.add(one, stamps.next(), clock.instant()));
        State next = group.state();
        if (next != state) {
            try {
                keep(state.entries(), next.entries());
            } catch (IOException e) {
                LOG.error("changes refused, they cannot be made durable now: {}", DataDirectory.inWords(e));
                group.refuse("cannot be made durable now: " + DataDirectory.inWords(e));
                return;
            }
            // In this order: what a listing shows must be what requests are served by already.
            watchers.forEach(watcher -> tell(watcher, next.topology()));
            state = next;
        }
        replicate(group);
    }

    /** What an earlier command left owing goes along, so that asking again settles it. */
    private void replicate(Group group) {
        group.own().forEach(entry -> owed.add(entry.key()));
        if (owed.isEmpty() || group.onlyAdopts()) {
            group.answer();
            return;
        }
        Set<Key> offered = owed;
        owed = new HashSet<>();
        replica.keep(offered.stream().flatMap(key -> state.entries().entry(key).stream()).toList())
                .onComplete(kept -> group.answer(), failure -> {
                    writer.executeBlocking(() -> owed.addAll(offered));
                    group.unconfirmed("on this node's disk, but not confirmed by the cluster: "
                            + failure.getMessage()
                            + "; it is passed on as soon as that works, and asking again tells");
                });
    }

    /** A watcher that fails must not keep the others from the news, nor the caller from the answer. */
    private static void tell(Consumer<Topology> watcher, Topology topology) {
        try {
            watcher.accept(topology);
        } catch (RuntimeException e) {
            LOG.error("a watcher failed on topology {}", topology.version(), e);
        }
    }

    private void endDue() {
        boolean due = state.nextEnd().filter(end -> !end.isAfter(clock.instant())).isPresent();
        if (!due || !ending.compareAndSet(false, true)) {
            return;
        }
        Future.join(apply(new EndDrains(), Author.DRAIN_TTL), apply(new EndHolds(), Author.HOLD_DEADLINE))
                .onComplete(ended -> ending.set(false),
                        failure -> vertx.setTimer(RETRY_MILLIS, timer -> ending.set(false)));
    }

    /** Refuses commands from now on, finishes those accepted, and gives up the data directory. */
    public Future<Void> close() {
        synchronized (this) {
            if (closed) {
                return Future.succeededFuture();
            }
            closed = true;
        }
        return writer.executeBlocking(() -> {
            release();
            return (Void) null;
        }).eventually(writer::close);
    }

    private void release() {
        vertx.cancelTimer(endCheck);
        store.close();
    }
}
