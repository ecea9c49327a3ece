package dev.gyre.cluster;

import com.hazelcast.map.IMap;
import com.hazelcast.nio.serialization.HazelcastSerializationException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every call has a deadline and runs on a worker. Values that are not texts are removed, because they would
 * make all others unreadable. It uses Hazelcast's own interface: Vert.x's never completes a call whose answer
 * cannot be read.
 */
final class HazelcastStringMap implements SharedStringMap {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.cluster");
    private static final long CALL_SECONDS = 10;
    /** Reading a large map takes longer. */
    private static final long READ_SECONDS = 30;

    private final Vertx vertx;
    private final IMap<String, String> map;

    HazelcastStringMap(Vertx vertx, IMap<String, String> map) {
        this.vertx = vertx;
        this.map = map;
    }

    @Override
    public Future<String> putIfAbsent(String key, String text) {
        return bounded(CALL_SECONDS, () -> {
            try {
                return map.putIfAbsent(key, text);
            } catch (RuntimeException e) {
                takeOut(key, e);
                return map.putIfAbsent(key, text);
            }
        });
    }

    @Override
    public Future<Boolean> replace(String key, String from, String to) {
        return bounded(CALL_SECONDS, () -> map.replace(key, from, to));
    }

    @Override
    public Future<Void> put(String key, String text, long keptMillis) {
        return bounded(CALL_SECONDS, () -> {
            map.set(key, text, keptMillis, TimeUnit.MILLISECONDS);
            return null;
        });
    }

    @Override
    public Future<Boolean> remove(String key, String text) {
        return bounded(CALL_SECONDS, () -> map.remove(key, text));
    }

    @Override
    public Future<Map<String, String>> get(Set<String> keys) {
        return keys.isEmpty() ? Future.succeededFuture(Map.of()) : bounded(CALL_SECONDS, () -> {
            try {
                return map.getAll(keys);
            } catch (RuntimeException e) {
                return readable(e) ? rethrow(e) : oneByOne(keys);
            }
        });
    }

    @Override
    public Future<Map<String, String>> read() {
        return bounded(READ_SECONDS, () -> {
            try {
                return copy();
            } catch (RuntimeException e) {
                return readable(e) ? rethrow(e) : oneByOne(keys());
            }
        });
    }

    private Map<String, String> copy() {
        Map<String, String> texts = new HashMap<>();
        map.entrySet().forEach(entry -> texts.put(entry.getKey(), entry.getValue()));
        return texts;
    }

    private Set<String> keys() {
        try {
            Set<String> keys = map.keySet();
            keys.forEach(String::length);
            return keys;
        } catch (RuntimeException e) {
            if (readable(e)) {
                throw e;
            }
            LOG.warn("shared map cleared: one of its keys is not text; the nodes write their entries again");
            map.clear();
            return Set.of();
        }
    }

    private Map<String, String> oneByOne(Set<String> keys) {
        Map<String, String> texts = new HashMap<>();
        for (String key : keys) {
            try {
                String text = map.get(key);
                if (text != null) {
                    texts.put(key, text);
                }
            } catch (RuntimeException e) {
                takeOut(key, e);
            }
        }
        return texts;
    }

    private void takeOut(String key, RuntimeException e) {
        if (readable(e)) {
            throw e;
        }
        LOG.warn("shared entry removed key={}: its value is not text", key);
        map.delete(key);
    }

    /** The failure has another cause than the value. */
    private static boolean readable(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SecurityException || cause instanceof ClassCastException
                    || cause instanceof HazelcastSerializationException) {
                return false;
            }
        }
        return true;
    }

    private static <T> T rethrow(RuntimeException e) {
        throw e;
    }

    private <T> Future<T> bounded(long seconds, Callable<T> call) {
        return vertx.executeBlocking(call, false).timeout(seconds, TimeUnit.SECONDS);
    }
}
