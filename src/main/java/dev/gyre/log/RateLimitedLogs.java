package dev.gyre.log;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One {@link RateLimitedLog} for each key, such as a backend with what is wrong with it. Thread-safe.
 *
 * @param <K> has {@code equals} and {@code hashCode}
 */
public final class RateLimitedLogs<K> {

    private final Duration every;
    private final int most;
    private final Map<K, RateLimitedLog> logs = new ConcurrentHashMap<>();

    /** @param most keys that are remembered: keys come and go for years, and beyond this all begins again */
    public RateLimitedLogs(Duration every, int most) {
        this.every = every;
        this.most = most;
    }

    /** As {@link RateLimitedLog#happened} of this key. */
    public Optional<String> happened(K key, long nowNanos) {
        if (logs.size() >= most && !logs.containsKey(key)) {
            logs.clear();
        }
        return logs.computeIfAbsent(key, first -> new RateLimitedLog(every, nowNanos)).happened(nowNanos);
    }
}
