package dev.gyre.cluster;

import dev.gyre.registry.Entry;
import io.vertx.core.Future;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The entries that the nodes share: one signed text for each key. Old and new entries are merged field by
 * field, in any order.
 */
final class EntryMap {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.cluster");
    private static final String PURPOSE = "entry";
    /** Most writes at a time. */
    private static final int LANES = 16;
    /** Each failed attempt means that another node has just written the same key. */
    private static final int TRIES = 100;

    private final SharedStringMap map;
    private final MessageAuthenticator authenticator;
    /** Texts already checked, so that reading the map again is cheap for unchanged ones. */
    private final Map<String, Opened> opened = new ConcurrentHashMap<>();

    /** The result of reading a text. */
    enum Judgement {
        /** An entry of this cluster. */
        READ,
        /**
         * Signed by a node of this cluster, in a form that this version cannot read: it is left unchanged.
         */
        UNREADABLE,
        /** Not signed by a node of this cluster, or signed for another key. */
        FORGED
    }

    /** @param entry empty unless {@link Judgement#READ} */
    record Opened(int text, Judgement judgement, Optional<Entry> entry) { }

    EntryMap(SharedStringMap map, MessageAuthenticator authenticator) {
        this.map = map;
        this.authenticator = authenticator;
    }

    static String text(MessageAuthenticator authenticator, Entry entry) {
        return authenticator.sign(PURPOSE, entry.toJson().encode());
    }

    /** An entry of a message; an unreadable one does not stop the others. */
    static Optional<Entry> read(Object json) {
        try {
            return json instanceof JsonObject object ? Optional.of(Entry.fromJson(object)) : Optional.empty();
        } catch (IllegalArgumentException e) {
            LOG.debug("entry not understood", e);
            return Optional.empty();
        }
    }

    /** @param key of the text; empty: any */
    static Opened open(MessageAuthenticator authenticator, Optional<String> key, String text) {
        Optional<String> json = authenticator.verify(PURPOSE, text);
        if (json.isEmpty()) {
            return new Opened(text.hashCode(), Judgement.FORGED, Optional.empty());
        }
        try {
            Entry entry = Entry.fromJson(new JsonObject(json.get()));
            return key.filter(name -> !name.equals(entry.key().toString())).isPresent()
                    ? new Opened(text.hashCode(), Judgement.FORGED, Optional.empty())
                    : new Opened(text.hashCode(), Judgement.READ, Optional.of(entry));
        } catch (DecodeException | IllegalArgumentException e) {
            return new Opened(text.hashCode(), Judgement.UNREADABLE, Optional.empty());
        }
    }

    /** The signature of a changed text is checked again; forged texts are not remembered. */
    Opened open(String key, String text) {
        Opened before = opened.get(key);
        if (before != null && before.text == text.hashCode()) {
            return before;
        }
        Opened now = open(authenticator, Optional.of(key), text);
        if (now.judgement != Judgement.FORGED) {
            opened.put(key, now);
        }
        return now;
    }

    Future<Map<String, String>> read() {
        return map.read().onSuccess(texts -> opened.keySet().retainAll(texts.keySet()));
    }

    /**
     * Completes when each entry, merged with the one in the map, is in the map and its backups.
     *
     * @param found receives the entries of the map that may be new here
     */
    Future<Void> keep(Collection<Entry> entries, Consumer<Entry> found) {
        Iterator<Entry> left = List.copyOf(entries).iterator();
        List<Future<Void>> lanes = new ArrayList<>();
        for (int i = 0; i < Math.min(LANES, entries.size()); i++) {
            lanes.add(lane(left, found));
        }
        return Future.all(lanes).mapEmpty();
    }

    private Future<Void> lane(Iterator<Entry> left, Consumer<Entry> found) {
        Entry next;
        synchronized (left) {
            if (!left.hasNext()) {
                return Future.succeededFuture();
            }
            next = left.next();
        }
        return keep(next, TRIES, found).compose(kept -> lane(left, found));
    }

    private Future<Void> keep(Entry entry, int tries, Consumer<Entry> found) {
        String key = entry.key().toString();
        String text = text(authenticator, entry);
        return map.putIfAbsent(key, text).compose(there -> {
            if (there == null || there.equals(text)) {
                return Future.succeededFuture();
            }
            Opened held = open(key, there);
            if (held.judgement == Judgement.UNREADABLE) {
                return Future.succeededFuture();
            }
            Entry merged = held.entry.map(other -> other.merge(entry)).orElse(entry);
            held.entry.filter(other -> other.overrules(entry)).ifPresent(found);
            if (held.entry.filter(other -> other == merged).isPresent()) {
                return Future.succeededFuture();
            }
            return map.replace(key, there, text(authenticator, merged)).compose(replaced -> {
                if (replaced) {
                    return Future.succeededFuture();
                }
                return tries > 1 ? keep(entry, tries - 1, found)
                        : Future.failedFuture(key + " is being written by others all the time");
            });
        });
    }

    /** Replaces an entry by another one or none; false if the map has another one by now. */
    Future<Boolean> replace(String key, String text, Optional<Entry> entry) {
        return entry.map(one -> map.replace(key, text, text(authenticator, one)))
                .orElseGet(() -> map.remove(key, text));
    }

    Future<Void> remove(Collection<Map.Entry<String, String>> texts) {
        return Future.all(texts.stream()
                .map(text -> map.remove(text.getKey(), text.getValue())).toList())
                .mapEmpty();
    }
}
