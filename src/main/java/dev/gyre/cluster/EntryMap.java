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
 * The entries as the nodes share them: one sealed text a key. What is there and what comes are merged field
 * by field, in any order.
 */
final class EntryMap {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.cluster");
    private static final String PURPOSE = "entry";
    /** So many writes are under way at a time. */
    private static final int LANES = 16;
    /** Each failed try means that somebody else has just written the same key. */
    private static final int TRIES = 100;

    private final SharedStringMap map;
    private final MessageAuthenticator authenticator;
    /** Texts that were judged, so that reading the map again costs little where nothing is new. */
    private final Map<String, Opened> opened = new ConcurrentHashMap<>();

    /** What came of opening a text. */
    enum Judgement {
        /** An entry of this cluster. */
        READ,
        /** Sealed by a node of this cluster, in a form that this version cannot read: it is left alone. */
        UNREADABLE,
        /** Not sealed by a node of this cluster, or for another key. */
        FORGED
    }

    /** @param entry empty but for those {@link Judgement#READ} */
    record Opened(int text, Judgement judgement, Optional<Entry> entry) { }

    EntryMap(SharedStringMap map, MessageAuthenticator authenticator) {
        this.map = map;
        this.authenticator = authenticator;
    }

    static String text(MessageAuthenticator authenticator, Entry entry) {
        return authenticator.sign(PURPOSE, entry.toJson().encode());
    }

    /** An entry of a message; one that cannot be read keeps no other from being taken over. */
    static Optional<Entry> read(Object json) {
        try {
            return json instanceof JsonObject object ? Optional.of(Entry.fromJson(object)) : Optional.empty();
        } catch (IllegalArgumentException e) {
            LOG.debug("entry not understood", e);
            return Optional.empty();
        }
    }

    /** @param key under which the text was found; empty: any */
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

    /** The seal of a text that has changed is checked again; what was forged is not remembered. */
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
     * Completes when each entry, merged with what was there, is in the map and its backups.
     *
     * @param found gets what was there and may be news here
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

    /** Another entry, or none, in place of what is there; false when something else is there by now. */
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
