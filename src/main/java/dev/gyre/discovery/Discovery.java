package dev.gyre.discovery;

import dev.gyre.balancing.Rendezvous;
import dev.gyre.model.BackendId;
import dev.gyre.registry.AnnouncedBackend;
import dev.gyre.registry.Author;
import dev.gyre.registry.Command;
import dev.gyre.registry.CommandResult;
import dev.gyre.registry.DiscoveryCommand.Announce;
import dev.gyre.registry.DiscoveryCommand.Expire;
import dev.gyre.registry.DiscoveryCommand.Forget;
import dev.gyre.registry.DiscoveryCommand.Leave;
import dev.gyre.registry.Entries;
import dev.gyre.registry.Registry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Takes announcements and renewals, shares renewals with the other nodes, and ends announcements that are not
 * renewed: one node, on which all nodes agree, first drains the backend and then removes it when no node has
 * a request in flight to it, at the latest after its ttl or 30 s, whichever is longer. A new announcement in
 * between gives it requests again.
 */
public final class Discovery {

    private static final long STEP_MILLIS = 500;
    /** When a failed write is tried again. */
    private static final long RETRY_MILLIS = 5_000;
    /** Most backends asked about at a time. */
    private static final int ASKED = 32;
    /** A node without a heartbeat for longer makes no decision that others would wait for. */
    private static final Duration SILENT = Duration.ofSeconds(3);

    private final Vertx vertx;
    private final Registry registry;
    private final DiscoveryPeers peers;
    private final LongSupplier nanos;
    private final Renewals renewals;
    /** Backends whose end is being written or asked about. */
    private final Set<BackendId> busy = ConcurrentHashMap.newKeySet();
    private Entries read = Entries.empty();
    private Collection<AnnouncedBackend> announced = List.of();

    public Discovery(Vertx vertx, Registry registry, DiscoveryPeers peers, LongSupplier nanos) {
        this.vertx = vertx;
        this.registry = registry;
        this.peers = peers;
        this.nanos = nanos;
        this.renewals = new Renewals(nanos.getAsLong());
    }

    /** Begins to look for expired announcements; each has its whole ttl from now on. */
    public void start() {
        vertx.setPeriodic(STEP_MILLIS, timer -> step());
    }

    /**
     * Writes a new or changed announcement; a mere renewal is kept in memory. Fails with {@link
     * dev.gyre.registry.CommandRefused}.
     */
    public Future<CommandResult> announce(Announce command, Author author) {
        boolean served = registry.topology().services().containsKey(command.id().service());
        Optional<AnnouncedBackend> known = AnnouncedBackend.of(registry.entries(), command.id());
        Future<CommandResult> applied = served && known.filter(command::renews).isPresent()
                ? Future.succeededFuture(
                        new CommandResult(registry.topology().version(), false, command.id() + " renewed"))
                : registry.apply(command, author);
        return applied.onSuccess(heard -> {
            synchronized (renewals) {
                renewals.renewed(command.id(), nanos.getAsLong());
            }
        });
    }

    /** Drains a leaving backend; it is removed once it is drained. Fails as {@link #announce} does. */
    public Future<CommandResult> leave(BackendId id, Author author) {
        return registry.apply(new Leave(id), author);
    }

    /** The backends that recently renewed at this node and how long ago, for the other nodes. */
    public Map<BackendId, Duration> recent() {
        synchronized (renewals) {
            return renewals.recent(nanos.getAsLong());
        }
    }

    /** Adds another node's {@link #recent}. */
    public void heard(Map<BackendId, Duration> elsewhere) {
        if (!elsewhere.isEmpty()) {
            synchronized (renewals) {
                renewals.heard(elsewhere, nanos.getAsLong());
            }
        }
    }

    /** Looks for expired announcements, and for drained backends; called every half second. */
    void step() {
        Map<String, Duration> others = peers.heard();
        Entries entries = registry.entries();
        if (entries != read) {
            read = entries;
            announced = AnnouncedBackend.all(entries).values();
        }
        List<AnnouncedBackend> due;
        List<AnnouncedBackend> overdue;
        synchronized (renewals) {
            renewals.step(nanos.getAsLong(), announced, peers.clustered(), others);
            due = renewals.due(announced);
            overdue = announced.stream().filter(AnnouncedBackend::spare).filter(renewals::isOverdue).toList();
        }
        Set<String> awake = new HashSet<>(Set.of(peers.self()));
        others.forEach((node, ago) -> {
            if (ago.compareTo(SILENT) <= 0) {
                awake.add(node);
            }
        });
        mine(due, awake).forEach(one -> write(one.id(), new Expire(one.id(), one.stamp())));
        mine(overdue, awake).forEach(one -> write(one.id(), new Forget(one.id())));
        mine(announced.stream().filter(AnnouncedBackend::spare).toList(), awake).stream().limit(ASKED)
                .forEach(one -> forgetWhenDrained(one.id()));
    }

    private List<AnnouncedBackend> mine(List<AnnouncedBackend> all, Set<String> nodes) {
        return all.stream().filter(one -> !busy.contains(one.id())
                && Rendezvous.of(one.id().toString(), nodes).equals(peers.self())).toList();
    }

    private void write(BackendId id, Command command) {
        busy.add(id);
        registry.apply(command, Author.LEASE).onComplete(
                written -> busy.remove(id),
                failure -> vertx.setTimer(RETRY_MILLIS, timer -> busy.remove(id)));
    }

    private void forgetWhenDrained(BackendId id) {
        busy.add(id);
        peers.drained(id).onComplete(drained -> {
            if (drained) {
                write(id, new Forget(id));
            } else {
                busy.remove(id);
            }
        }, failure -> busy.remove(id));
    }
}
