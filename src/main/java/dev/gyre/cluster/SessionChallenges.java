package dev.gyre.cluster;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Tells a session that lives from one whose messages somebody kept. Thread-safe.
 *
 * <p>Sessions are random, so nothing in a message says which of two is the later one, and no clock is asked:
 * a clock that was corrected backwards would make every message of the new session look old. In its place a
 * node asks. A node that hears a session it does not know puts a fresh nonce for it into its next hello,
 * and believes the session, on any channel, only after a signed hello of that session has answered with
 * this nonce. A message from the past cannot hold a nonce that was drawn after it. What is remembered of
 * a session that was believed (the numbers it has used) lives exactly as long as the belief, so
 * forgetting a peer never opens the door to what it once said: it has to answer again. The price is one round
 * trip when two nodes meet.
 */
final class SessionChallenges {

    private static final long ASKED_NANOS = Duration.ofSeconds(10).toNanos();
    /** Hellos come every second; an answer is told several times, for one may be lost. */
    private static final long ANSWERED_NANOS = Duration.ofSeconds(4).toNanos();
    /** Far more than nodes: old sessions that are replayed by the thousand fill no memory. */
    private static final int MOST = 256;
    private static final int NONCE_BYTES = 16;

    private record Asked(String nonce, long nanos) {
    }

    private final LongSupplier nanos;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Asked> asked = new LinkedHashMap<>();
    private final Map<String, Long> answers = new LinkedHashMap<>();

    SessionChallenges(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** 32 random hexadecimal digits: a nonce, or the name of a session. */
    static String fresh(SecureRandom random) {
        byte[] bytes = new byte[NONCE_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Whether a hello of this session answers what was asked of it; asks it otherwise. */
    synchronized boolean answered(String session, Set<String> given) {
        expire();
        Asked before = asked.get(session);
        if (before != null && given.contains(before.nonce)) {
            asked.remove(session);
            return true;
        }
        if (before == null && asked.size() < MOST) {
            asked.put(session, new Asked(fresh(random), nanos.getAsLong()));
        }
        return false;
    }

    /** What this node asks now, for its hello. */
    synchronized Map<String, String> asks() {
        expire();
        Map<String, String> all = new HashMap<>();
        asked.forEach((session, one) -> all.put(session, one.nonce));
        return all;
    }

    /** Takes what another asks of this node's session; true when that is new, and is to be answered soon. */
    synchronized boolean asked(String nonce) {
        expire();
        return answers.size() < MOST && answers.putIfAbsent(nonce, nanos.getAsLong()) == null;
    }

    /** What this node answers now, for its hello. */
    synchronized Set<String> answers() {
        expire();
        return Set.copyOf(answers.keySet());
    }

    private void expire() {
        long now = nanos.getAsLong();
        asked.values().removeIf(one -> now - one.nanos > ASKED_NANOS);
        answers.values().removeIf(at -> now - at > ANSWERED_NANOS);
    }
}
