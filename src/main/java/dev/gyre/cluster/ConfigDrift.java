package dev.gyre.cluster;

import dev.gyre.cluster.ClusterHealth.OtherConfig;
import dev.gyre.cluster.ClusterPeers.Peer;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the nodes whose configs differ from this node's for a while: during a roll-out, which goes from node
 * to node, differences are intended. Thread-safe.
 */
final class ConfigDrift {

    static final long LASTING_NANOS = Duration.ofSeconds(60).toNanos();
    private static final Logger LOG = LoggerFactory.getLogger("gyre.cluster");

    private final LongSupplier nanos;
    /** By node id. */
    private final Map<String, Drift> drifts = new HashMap<>();

    /**
     * One node.
     *
     * @param sinceNanos  since when its config differs
     * @param asked       the two digests for which it was asked, separated by a blank; empty: not yet
     * @param differences what it answered
     */
    private record Drift(String name, long sinceNanos, String asked, List<String> differences) {
    }

    ConfigDrift(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /**
     * Called periodically.
     *
     * @param ask for a node's {@link DeclaredConfig#differing}, by its id
     */
    synchronized void look(DeclaredConfig own, List<Peer> present, Function<String, Future<JsonObject>> ask) {
        Set<String> differing = new HashSet<>();
        for (Peer peer : present) {
            String theirs = peer.heartbeat().state().declared();
            if (!theirs.equals(own.digest())) {
                differing.add(peer.heartbeat().id());
                look(own, peer, own.digest() + " " + theirs, ask);
            }
        }
        drifts.keySet().retainAll(differing);
    }

    private void look(DeclaredConfig own, Peer peer, String digests,
            Function<String, Future<JsonObject>> ask) {
        String id = peer.heartbeat().id();
        String name = peer.heartbeat().node().name();
        long now = nanos.getAsLong();
        Drift drift = drifts.computeIfAbsent(id, first -> new Drift(name, now, "", List.of()));
        if (now - drift.sinceNanos < LASTING_NANOS || drift.asked.equals(digests)) {
            return;
        }
        drifts.put(id, new Drift(name, drift.sinceNanos, digests, drift.differences));
        ask.apply(id).onComplete(answer -> answered(id, digests, own.differences(answer)),
                failure -> unanswered(id, digests));
    }

    private synchronized void answered(String id, String digests, List<String> differences) {
        Drift drift = drifts.get(id);
        if (drift != null && drift.asked.equals(digests)) {
            drifts.put(id, new Drift(drift.name, drift.sinceNanos, digests, differences));
            LOG.warn("config differs node={} id={} differences=\"{}\" (expected: the same services, routes"
                    + " and backends in the configs of all nodes)", drift.name, id,
                    String.join("; ", differences));
        }
    }

    /** Asks it again. */
    private synchronized void unanswered(String id, String digests) {
        Drift drift = drifts.get(id);
        if (drift != null && drift.asked.equals(digests)) {
            drifts.put(id, new Drift(drift.name, drift.sinceNanos, "", drift.differences));
        }
    }

    /** The nodes that have reported their differences. */
    synchronized List<OtherConfig> found() {
        List<OtherConfig> found = new ArrayList<>();
        drifts.forEach((id, drift) -> {
            if (!drift.differences.isEmpty()) {
                found.add(new OtherConfig(id, drift.name, drift.differences));
            }
        });
        return found;
    }
}
