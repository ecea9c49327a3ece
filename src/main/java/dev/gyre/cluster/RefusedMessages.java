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
        /** It carries no seal at all. */
        UNSIGNED(true, "is a process without cluster.secret on the cluster's network?"),
        /** Its seal was not made with this cluster's secret, or not for this. */
        WRONG_SEAL(true, "is a process with another cluster.secret on the cluster's network?"),
        /** A node of this cluster said it, and it came again. */
        REPLAYED(true, "the signature is right, but the message came before: somebody on the cluster's"
                + " network repeats what nodes say"),
        /** It was overtaken on its way, or its sender is not known yet: lossy links do that. */
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
    /** Who is suspected is asked for so often at most, for asking costs more than refusing. */
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

    /** The event bus does not tell who sent a message; who comes into question is asked here. */
    void suspects(Supplier<String> now) {
        suspects = now;
    }

    /** Counts and, where somebody may have to act, tells. */
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
            tell(reason, what, suspects.get(), now);
        }
    }

    /** A message that a node has signed, by what was found of it. */
    void refuse(MessageVerdict verdict, String what) {
        refuse(verdict == MessageVerdict.REPLAYED ? Reason.REPLAYED : Reason.LATE, what);
    }

    private void tell(Reason reason, String what, String source, long now) {
        lines.happened(reason + " " + source, now).ifPresent(more ->
                LOG.warn("refused what=\"{}\" from=\"{}\" reason={}: {}{}", what, source, reason.word(),
                        reason.words, more));
    }

    /** How often each, since the node started. */
    synchronized Map<String, Long> counts() {
        Map<String, Long> all = new HashMap<>();
        for (Reason reason : Reason.values()) {
            all.put(reason.word(), counts.getOrDefault(reason, 0L));
        }
        return all;
    }
}
