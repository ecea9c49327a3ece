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
 * Distinguishes a live session from one whose recorded messages are replayed. Thread-safe.
 *
 * <p>Sessions are random, so a message does not show which of two sessions is later, and clocks cannot
 * decide: a clock that was corrected backwards would make every message of the new session look old. So a
 * node challenges. For an unknown session it puts a fresh nonce into its next heartbeat, and accepts the
 * session, on any channel, only after a signed heartbeat of that session has answered with this nonce. A
 * message from the past cannot contain a nonce that was drawn after it. The used numbers of an accepted
 * session are kept exactly as long as the session is accepted, so forgetting a peer never permits a replay:
 * the session has to answer again. The price is one round trip when two nodes meet.
 */
final class SessionChallenges {

    private static final long ASKED_NANOS = Duration.ofSeconds(10).toNanos();
    /** Heartbeats are sent every second; an answer is repeated, because one may be lost. */
    private static final long ANSWERED_NANOS = Duration.ofSeconds(4).toNanos();
    /** Far more than nodes: thousands of replayed sessions do not fill the memory. */
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

    /** Whether a heartbeat of this session answers its challenge; otherwise challenges it. */
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

    /** This node's open challenges, for its heartbeat. */
    synchronized Map<String, String> asks() {
        expire();
        Map<String, String> all = new HashMap<>();
        asked.forEach((session, one) -> all.put(session, one.nonce));
        return all;
    }

    /** Takes another node's challenge of this session; true if it is new, and should be answered soon. */
    synchronized boolean asked(String nonce) {
        expire();
        return answers.size() < MOST && answers.putIfAbsent(nonce, nanos.getAsLong()) == null;
    }

    /** This node's answers, for its heartbeat. */
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
