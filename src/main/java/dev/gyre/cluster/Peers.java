package dev.gyre.cluster;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** The other nodes, as they were last heard. */
final class Peers {

    /** As long as a member of Hazelcast may be silent before it counts as dead, and some more. */
    static final long GONE_NANOS = 12_000_000_000L;

    private final LongSupplier nanos;
    private final Consumer<Hello> news;
    private final Map<String, Peer> byId = new ConcurrentHashMap<>();

    /** @param heardNanos when the hello came */
    record Peer(Hello hello, long heardNanos) {
    }

    /** @param news told of each hello that was not heard before */
    Peers(LongSupplier nanos, Consumer<Hello> news) {
        this.nanos = nanos;
        this.news = news;
    }

    /** False when it was heard before; one from a node that had gone may begin anew. */
    boolean heard(Hello hello) {
        Peer now = new Peer(hello, nanos.getAsLong());
        Peer after = byId.compute(hello.id(), (id, before) ->
                before == null || hello.follows(before.hello) || isGone(before) ? now : before);
        if (after == now) {
            news.accept(hello);
        }
        return after == now;
    }

    /** Those there now, by name. */
    List<Peer> present() {
        return byId.values().stream().filter(peer -> !isGone(peer))
                .sorted(Comparator.comparing((Peer peer) -> peer.hello.name())
                        .thenComparing(peer -> peer.hello.id()))
                .toList();
    }

    private boolean isGone(Peer peer) {
        return nanos.getAsLong() - peer.heardNanos > GONE_NANOS;
    }

    /** Has left the cluster, in good order or not. */
    void left(String member) {
        byId.values().removeIf(peer -> peer.hello.member().equals(member));
    }

    void clear() {
        byId.clear();
    }
}
