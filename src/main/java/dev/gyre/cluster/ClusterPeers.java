package dev.gyre.cluster;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The other nodes by their last heartbeats, with the message numbers of every channel and the wall clock of
 * each. Thread-safe.
 */
final class ClusterPeers {

    /** A little longer than the silence after which Hazelcast drops a member. */
    static final long GONE_NANOS = 12_000_000_000L;
    private static final String HELLOS = "hellos";
    /** Most ended sessions remembered, which are refused without a challenge. */
    private static final int ENDED = 1_000;

    private final Clocks clocks;
    private final SessionChallenges challenges;
    private final Listener listener;
    private final Map<String, Peer> byId = new HashMap<>();
    private final Set<String> ended = new LinkedHashSet<>();

    /** Called under the lock of the peers, in order. */
    interface Listener {

        /** A new heartbeat. */
        void news(Heartbeat heartbeat);

        void joined(Heartbeat heartbeat);

        /** @param graceful it announced that it leaves */
        void gone(Heartbeat last, long silentNanos, boolean graceful);
    }

    /**
     * One of them.
     *
     * @param heartbeat      its last
     * @param heardNanos when it arrived
     */
    record Peer(Heartbeat heartbeat, long heardNanos, ClockEpoch clock, Map<String,
            SequenceNumbers> channels) {

        MessageVerdict take(String channel, long number) {
            return channels.computeIfAbsent(channel, name -> new SequenceNumbers()).take(number);
        }

        boolean isOf(String session) {
            return heartbeat.node().session().equals(session);
        }
    }

    ClusterPeers(Clocks clocks, SessionChallenges challenges, Listener listener) {
        this.clocks = clocks;
        this.challenges = challenges;
        this.listener = listener;
    }

    private long nanos() {
        return clocks.nanos().getAsLong();
    }

    /** Accepts a heartbeat of another node. */
    synchronized MessageVerdict heard(Heartbeat heartbeat) {
        expire();
        Peer before = byId.get(heartbeat.id());
        if (before == null || !before.isOf(heartbeat.node().session())) {
            MessageVerdict met = meet(heartbeat, Optional.ofNullable(before));
            if (met != MessageVerdict.TAKEN) {
                return met;
            }
        }
        Peer known = byId.get(heartbeat.id());
        MessageVerdict verdict = known.take(HELLOS, heartbeat.sequence());
        if (verdict == MessageVerdict.TAKEN) {
            known.clock().heard(heartbeat.state().wall() - clocks.millis());
            listener.news(heartbeat);
            byId.put(heartbeat.id(), new Peer(heartbeat, nanos(), known.clock(), known.channels()));
            if (heartbeat.state().leaving()) {
                end(heartbeat);
                goes(heartbeat.id(), true);
            }
        }
        return verdict;
    }

    /**
     * A new session is accepted once it has answered its challenge. At the address of the one before, it is
     * the same node after a restart, because two processes cannot hold one address; at another address the
     * one before must have gone.
     */
    private MessageVerdict meet(Heartbeat heartbeat, Optional<Peer> before) {
        String session = heartbeat.node().session();
        if (ended.contains(session)) {
            return MessageVerdict.REPLAYED;
        }
        if (!challenges.answered(session, heartbeat.answers())) {
            return MessageVerdict.UNKNOWN;
        }
        if (before.isPresent()
                && !before.get().heartbeat().node().address().equals(heartbeat.node().address())) {
            return MessageVerdict.TWIN;
        }
        before.ifPresent(former -> {
            end(former.heartbeat());
            goes(heartbeat.id(), false);
        });
        byId.put(heartbeat.id(), new Peer(heartbeat, nanos(), new ClockEpoch(), new HashMap<>()));
        listener.joined(heartbeat);
        return MessageVerdict.TAKEN;
    }

    /**
     * A heartbeat with this node's own id and another session; true if a second process with this id is
     * alive.
     */
    synchronized boolean isTwin(Heartbeat heartbeat) {
        return challenges.answered(heartbeat.node().session(), heartbeat.answers());
    }

    /** Checks a message of a channel other than the heartbeats. */
    synchronized MessageVerdict take(String channel, String id, String session, long number) {
        Peer peer = byId.get(id);
        if (peer != null && peer.isOf(session)) {
            return peer.take(channel, number);
        }
        return ended.contains(session) ? MessageVerdict.REPLAYED : MessageVerdict.UNKNOWN;
    }

    /** The present peers, by name. */
    synchronized List<Peer> present() {
        expire();
        return byId.values().stream()
                .sorted(Comparator.comparing((Peer peer) -> peer.heartbeat.node().name())
                        .thenComparing(peer -> peer.heartbeat.id()))
                .toList();
    }

    /** Removes those whose heartbeats have stopped. */
    synchronized void expire() {
        long now = nanos();
        List<String> gone = new ArrayList<>();
        byId.forEach((id, peer) -> {
            if (now - peer.heardNanos > GONE_NANOS) {
                gone.add(id);
            }
        });
        gone.forEach(id -> goes(id, false));
    }

    private void end(Heartbeat last) {
        if (ended.size() >= ENDED) {
            ended.remove(ended.iterator().next());
        }
        ended.add(last.node().session());
    }

    private void goes(String id, boolean graceful) {
        Peer peer = byId.remove(id);
        listener.gone(peer.heartbeat, nanos() - peer.heardNanos, graceful);
    }

    /** Hazelcast has seen the member leave, gracefully or not. */
    synchronized void left(String member) {
        byId.values().stream().filter(peer -> peer.heartbeat.node().member().equals(member))
                .map(peer -> peer.heartbeat.id()).toList().forEach(id -> goes(id, false));
    }

    /** Forgets all peers, because this node itself has lost the cluster. */
    synchronized void clear() {
        byId.clear();
    }
}
