package dev.gyre.cluster;

import dev.gyre.cluster.ClusterHealth.Missing;
import dev.gyre.cluster.ClusterPeers.Peer;
import dev.gyre.config.Settings.ClusterSettings;
import io.vertx.core.Vertx;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/** Compares the members in config with those present, and knows since when one is missing. Thread-safe. */
final class MissingMembers {

    /** The addresses of members' names may change. */
    private static final long RESOLVE_MILLIS = 10_000;

    private final ClusterSettings settings;
    private final LongSupplier nanos;
    private final String self;
    private final long begunNanos;
    private final AtomicBoolean resolving = new AtomicBoolean();
    private Set<String> expected;
    /** The time of the last heartbeat, by address. */
    private final Map<String, Long> heard = new HashMap<>();

    private MissingMembers(ClusterSettings settings, String self, Set<String> expected, LongSupplier nanos) {
        this.settings = settings;
        this.self = self;
        this.expected = expected;
        this.nanos = nanos;
        this.begunNanos = nanos.getAsLong();
    }

    /**
     * Asks DNS, so it may take a while.
     *
     * @throws UnknownHostException if this node's own host is a name that DNS does not know
     */
    static MissingMembers of(ClusterSettings settings, LongSupplier nanos) throws UnknownHostException {
        return new MissingMembers(settings, MemberAddresses.self(settings),
                MemberAddresses.addresses(settings),
                nanos);
    }

    /** Updates the addresses of the config's names. */
    void follow(Vertx vertx) {
        vertx.setPeriodic(RESOLVE_MILLIS, timer -> {
            if (resolving.compareAndSet(false, true)) {
                vertx.executeBlocking(() -> MemberAddresses.addresses(settings), false)
                        .onSuccess(this::expect).onComplete(done -> resolving.set(false));
            }
        });
    }

    private synchronized void expect(Set<String> addresses) {
        expected = addresses;
    }

    /** This node's own address. */
    String self() {
        return self;
    }

    /** Number of expected members, including this node. */
    synchronized int expected() {
        return expected.size();
    }

    /** The expected members that are not among the peers, by address. */
    synchronized List<Missing> missing(List<Peer> present) {
        long now = nanos.getAsLong();
        Set<String> there = new TreeSet<>(Set.of(self));
        present.forEach(peer -> {
            there.add(peer.heartbeat().node().address());
            heard.put(peer.heartbeat().node().address(), peer.heardNanos());
        });
        heard.keySet().retainAll(expected);
        List<Missing> missing = new ArrayList<>();
        for (String address : new TreeSet<>(expected)) {
            if (!there.contains(address)) {
                Optional<Long> last = Optional.ofNullable(heard.get(address));
                missing.add(new Missing(address, Duration.ofNanos(now - last.orElse(begunNanos)),
                        last.isPresent()));
            }
        }
        return missing;
    }
}
