package dev.gyre.cluster;

import io.vertx.core.Future;
import java.util.Map;
import java.util.Set;

/** A shared map of texts; any member of the cluster may put any value into it. Every call has a deadline. */
interface SharedStringMap {

    /** Null if there was none; then the new text is in the map now. */
    Future<String> putIfAbsent(String key, String text);

    Future<Boolean> replace(String key, String from, String to);

    Future<Void> put(String key, String text, long keptMillis);

    /** Removes a text, if the map still has this one. */
    Future<Boolean> remove(String key, String text);

    /** The values of these keys that are texts. */
    Future<Map<String, String>> get(Set<String> keys);

    /** All values that are texts. */
    Future<Map<String, String>> read();
}
