package dev.gyre.cluster;

import io.vertx.core.Future;
import java.util.Map;
import java.util.Set;

/**
 * A shared map of texts, in which any member of the cluster may have put anything. Every call has a deadline.
 */
interface SharedStringMap {

    /** Null when there was none, which is there now. */
    Future<String> putIfAbsent(String key, String text);

    Future<Boolean> replace(String key, String from, String to);

    Future<Void> put(String key, String text, long keptMillis);

    /** Takes a text out, if it is still the one that is there. */
    Future<Boolean> remove(String key, String text);

    /** Those of these keys that are texts. */
    Future<Map<String, String>> get(Set<String> keys);

    /** All that are texts. */
    Future<Map<String, String>> read();
}
