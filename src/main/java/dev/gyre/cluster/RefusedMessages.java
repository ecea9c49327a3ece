package dev.gyre.cluster;

import dev.gyre.log.RateLimitedLogs;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts refused messages by reason, and logs each source once a minute. */
final class RefusedMessages {

    /** Why something was refused. */
    enum Reason {
        /** It has no signature. */
        UNSIGNED(true, "is a process without cluster.secret on the cluster's network?"),
        /** Its signature was not made with this cluster's secret, or not for this purpose. */
        WRONG_SEAL(true, "is a process with another cluster.secret on the cluster's network?"),
        /** A node of this cluster sent it, and it was repeated. */
        REPLAYED(true, "the signature is right, but the message came before: somebody on the cluster's"
                + " network repeats what nodes say"),
        /** It was overtaken, or its sender is not known yet: that happens on lossy links. */
        LATE(false, "the signature is right, but a later message came first");

        private final boolean suspicious;
        private final String words;

        Reason(boolean suspicious, String words) {
            this.suspicious = suspicious;
            this.words = words;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger("gyre.cluster");
    private static final Duration LOG_EVERY = Duration.ofMinutes(1);
    /** Most lookups of suspects in a period, because a lookup costs more than a refusal. */
    private static final long ASK_EVERY_NANOS = 1_000_000_000L;
    private static final int SOURCES = 1_000;

    private final LongSupplier nanos;
    private volatile Supplier<String> suspects = () -> "a member unknown";
    private final Map<Reason, Long> counts = new EnumMap<>(Reason.class);
    private final Map<Reason, Long> asked = new EnumMap<>(Reason.class);
    private final RateLimitedLogs<String> lines = new RateLimitedLogs<>(LOG_EVERY, SOURCES);

    RefusedMessages(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** The event bus does not say who sent a message; this gives the possible senders. */
    void suspects(Supplier<String> now) {
        suspects = now;
    }

    /** Counts, and logs if the operator may have to act. */
    synchronized void refuse(Reason reason, String what) {
        counts.merge(reason, 1L, Long::sum);
        if (!reason.suspicious) {
            LOG.debug("refused what=\"{}\" reason={}: {}", what, reason.word(), reason.words);
            return;
        }
        long now = nanos.getAsLong();
        Long last = asked.get(reason);
        if (last == null || now - last >= ASK_EVERY_NANOS) {
            asked.put(reason, now);
            log(reason, what, suspects.get(), now);
        }
    }

    /** A message that a node has signed, by its verdict. */
    void refuse(MessageVerdict verdict, String what) {
        refuse(verdict == MessageVerdict.REPLAYED ? Reason.REPLAYED : Reason.LATE, what);
    }

    private void log(Reason reason, String what, String source, long now) {
        lines.happened(reason + " " + source, now).ifPresent(more ->
                LOG.warn("refused what=\"{}\" from=\"{}\" reason={}: {}{}", what, source, reason.word(),
                        reason.words, more));
    }

    /** The counts by reason, since the node started. */
    synchronized Map<String, Long> counts() {
        Map<String, Long> all = new HashMap<>();
        for (Reason reason : Reason.values()) {
            all.put(reason.word(), counts.getOrDefault(reason, 0L));
        }
        return all;
    }
}
