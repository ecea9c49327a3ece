package dev.gyre.cluster;

import dev.gyre.registry.Entry;
import io.vertx.core.Future;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.AsyncMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The entries as the nodes share them: one sealed text a key. An entry only ever gives way to a later one,
 * whoever comes first.
 */
final class EntryMap {

    private static final String PURPOSE = "entry";
    /** So many writes are under way at a time. */
    private static final int LANES = 16;
    /** Each failed try means that somebody else has just written the same key. */
    private static final int TRIES = 100;

    private final AsyncMap<String, String> map;
    private final Seal seal;
    /** Texts that were found right, so that reading the map again costs little where nothing is new. */
    private final Map<String, Opened> opened = new ConcurrentHashMap<>();

    private record Opened(String text, Entry entry) { }

    EntryMap(AsyncMap<String, String> map, Seal seal) {
        this.map = map;
        this.seal = seal;
    }

    static String text(Seal seal, Entry entry) {
        return seal.close(PURPOSE, entry.toJson().encode());
    }

    /** Empty when the text was not sealed by a node of this cluster, or under another key. */
    static Optional<Entry> open(Seal seal, String text) {
        return seal.open(PURPOSE, text).flatMap(json -> {
            try {
                return Optional.of(Entry.fromJson(new JsonObject(json)));
            } catch (DecodeException | IllegalArgumentException e) {
                return Optional.empty();
            }
        });
    }

    Optional<Entry> open(String key, String text) {
        Opened before = opened.get(key);
        if (before != null && before.text.equals(text)) {
            return Optional.of(before.entry);
        }
        Optional<Entry> entry = open(seal, text).filter(found -> found.key().toString().equals(key));
        entry.ifPresent(right -> opened.put(key, new Opened(text, right)));
        return entry;
    }

    Future<Map<String, String>> read() {
        return map.entries().onSuccess(texts -> opened.keySet().retainAll(texts.keySet()));
    }

    /** Completes when each entry, or a later one of its key, is in the map and its backups. */
    Future<Void> keep(Collection<Entry> entries) {
        Iterator<Entry> left = List.copyOf(entries).iterator();
        List<Future<Void>> lanes = new ArrayList<>();
        for (int i = 0; i < Math.min(LANES, entries.size()); i++) {
            lanes.add(lane(left));
        }
        return Future.all(lanes).mapEmpty();
    }

    private Future<Void> lane(Iterator<Entry> left) {
        Entry next;
        synchronized (left) {
            if (!left.hasNext()) {
                return Future.succeededFuture();
            }
            next = left.next();
        }
        return keep(next, TRIES).compose(kept -> lane(left));
    }

    private Future<Void> keep(Entry entry, int tries) {
        String key = entry.key().toString();
        String text = text(seal, entry);
        return map.putIfAbsent(key, text).compose(there -> {
            if (there == null || there.equals(text)) {
                return Future.succeededFuture();
            }
            Optional<Entry> held = open(key, there);
            if (held.isPresent() && !entry.overrules(held.get())) {
                return Future.succeededFuture();
            }
            return map.replaceIfPresent(key, there, text).compose(replaced -> {
                if (replaced) {
                    return Future.succeededFuture();
                }
                return tries > 1 ? keep(entry, tries - 1)
                        : Future.failedFuture(key + " is being written by others all the time");
            });
        });
    }

    Future<Void> remove(Collection<Map.Entry<String, String>> texts) {
        return Future.all(texts.stream().map(text -> map.removeIfPresent(text.getKey(), text.getValue()))
                .toList()).mapEmpty();
    }
}
