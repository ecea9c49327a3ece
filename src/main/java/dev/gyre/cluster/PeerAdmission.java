package dev.gyre.cluster;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Decides on each heartbeat of one membership: a node of this cluster, a node with another secret, or a
 * second node with this node's id. Thread-safe.
 */
final class PeerAdmission {

    private static final long REMEMBERED_NANOS = Duration.ofSeconds(30).toNanos();
    /** Most foreign messages read in a period: a flood of them costs no more. */
    private static final long READ_EVERY_NANOS = Duration.ofMillis(50).toNanos();
    private static final int LONGEST = 16_384;

    private final ClusterPeers peers;
    private final SessionChallenges challenges;
    private final NodeIdentity self;
    private final LongSupplier nanos;
    private final Function<String, Optional<String>> addresses;
    private final Map<String, Stranger> strangers = new HashMap<>();
    private long readNanos;
    private Optional<Heartbeat> twin = Optional.empty();
    private long twinNanos;

    private record Stranger(String address, long nanos) {
    }

    /** @param addresses of the current members, by their ids on the event bus */
    PeerAdmission(ClusterPeers peers, SessionChallenges challenges, NodeIdentity self, LongSupplier nanos,
            Function<String, Optional<String>> addresses) {
        this.peers = peers;
        this.challenges = challenges;
        this.self = self;
        this.nanos = nanos;
        this.addresses = addresses;
        this.readNanos = nanos.getAsLong() - READ_EVERY_NANOS;
    }

    ClusterPeers peers() {
        return peers;
    }

    /** This node's own message. */
    boolean isOwn(Heartbeat heartbeat) {
        return heartbeat.node().session().equals(self.session());
    }

    MessageVerdict heard(Heartbeat heartbeat) {
        if (!heartbeat.id().equals(self.id())) {
            return peers.heard(heartbeat);
        }
        if (!peers.isTwin(heartbeat)) {
            return MessageVerdict.UNKNOWN;
        }
        synchronized (this) {
            twin = Optional.of(heartbeat);
            twinNanos = nanos.getAsLong();
        }
        return MessageVerdict.TWIN;
    }

    /** Whether the heartbeat asks for an answer of this session that was not given yet. */
    boolean isAskedBy(Heartbeat heartbeat) {
        String nonce = heartbeat.asks().get(self.session());
        return nonce != null && challenges.asked(nonce);
    }

    /** A second running process with this node's id, which is not an earlier session of this node. */
    synchronized Optional<Heartbeat> twin() {
        return twin.filter(one -> nanos.getAsLong() - twinNanos < ClusterPeers.GONE_NANOS);
    }

    /** Remembers the address of a heartbeat signed with another secret, if a member sent it. */
    synchronized void noteStranger(Object sealed) {
        long now = nanos.getAsLong();
        if (now - readNanos < READ_EVERY_NANOS || !(sealed instanceof String text)
                || text.length() > LONGEST) {
            return;
        }
        readNanos = now;
        member(text).filter(member -> !member.equals(self.member())).ifPresent(member ->
                addresses.apply(member).ifPresent(address ->
                        strangers.put(member, new Stranger(address, now))));
    }

    private static Optional<String> member(String sealed) {
        try {
            Object member = new JsonObject(sealed.substring(sealed.indexOf(' ') + 1)).getValue("member");
            return member instanceof String text ? Optional.of(text) : Optional.empty();
        } catch (DecodeException e) {
            return Optional.empty();
        }
    }

    /** The addresses of the members whose heartbeats are signed with another secret. */
    synchronized List<String> otherSecrets() {
        long now = nanos.getAsLong();
        strangers.entrySet().removeIf(one -> now - one.getValue().nanos > REMEMBERED_NANOS
                || addresses.apply(one.getKey()).isEmpty());
        // Anybody can send a heartbeat in a member's name, but only a node can sign it.
        peers.present().forEach(peer -> strangers.remove(peer.heartbeat().node().member()));
        return strangers.values().stream().map(Stranger::address).sorted().toList();
    }
}
