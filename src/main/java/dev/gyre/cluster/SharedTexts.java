package dev.gyre.cluster;

import io.vertx.core.Future;
import io.vertx.core.shareddata.AsyncMap;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A shared map of texts, in which any member of the cluster may have put anything. Every call into it has a
 * deadline, and what is no text is taken out, for it would keep all others from being read.
 */
final class SharedTexts {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.cluster");
    private static final long CALL_SECONDS = 5;
    /** Reading all of a large map takes its time. */
    private static final long READ_SECONDS = 30;
    /** So many are read at a time where each is read by itself. */
    private static final int LANES = 16;

    private final AsyncMap<String, String> map;

    SharedTexts(AsyncMap<String, String> map) {
        this.map = map;
    }

    /** Null when there was none, which is there now. */
    Future<String> putIfAbsent(String key, String text) {
        return bounded(map.putIfAbsent(key, text)).recover(failure -> isNoText(failure)
                ? map.remove(key).otherwiseEmpty().compose(v -> bounded(map.putIfAbsent(key, text)))
                : Future.failedFuture(failure));
    }

    Future<Boolean> replace(String key, String from, String to) {
        return bounded(map.replaceIfPresent(key, from, to));
    }

    Future<Void> put(String key, String text, long keptMillis) {
        return bounded(map.put(key, text, keptMillis));
    }

    /** Takes a text out, if it is still the one that is there. */
    Future<Boolean> remove(String key, String text) {
        return bounded(map.removeIfPresent(key, text));
    }

    /** All that are texts. */
    Future<Map<String, String>> read() {
        return map.entries().timeout(READ_SECONDS, TimeUnit.SECONDS)
                .recover(failure -> isNoText(failure) ? readOneByOne() : Future.failedFuture(failure));
    }

    private static boolean isNoText(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SecurityException || cause instanceof ClassCastException
                    || cause.getClass().getName().endsWith("HazelcastSerializationException")) {
                return true;
            }
        }
        return false;
    }

    private Future<Map<String, String>> readOneByOne() {
        return bounded(map.keys()).recover(failure -> {
            LOG.warn("shared map cleared: one of its keys is no text; the nodes write their entries again");
            return bounded(map.clear()).map(v -> Set.of());
        }).compose(keys -> {
            Map<String, String> texts = new TreeMap<>();
            Iterator<String> left = List.copyOf(keys).iterator();
            List<Future<Void>> lanes = new ArrayList<>();
            for (int i = 0; i < LANES; i++) {
                lanes.add(lane(left, texts));
            }
            return Future.all(lanes).map(texts);
        });
    }

    private Future<Void> lane(Iterator<String> left, Map<String, String> texts) {
        String key;
        synchronized (left) {
            if (!left.hasNext()) {
                return Future.succeededFuture();
            }
            key = left.next();
        }
        return bounded(map.get(key)).onSuccess(text -> {
            synchronized (texts) {
                if (text != null) {
                    texts.put(key, text);
                }
            }
        }).transform(got -> {
            if (got.failed() && isNoText(got.cause())) {
                LOG.warn("entry removed from the shared map: it is no text: {}", key);
                return bounded(map.remove(key)).otherwiseEmpty();
            }
            return Future.succeededFuture();
        }).compose(v -> lane(left, texts));
    }

    private static <T> Future<T> bounded(Future<T> call) {
        return call.timeout(CALL_SECONDS, TimeUnit.SECONDS);
    }
}
