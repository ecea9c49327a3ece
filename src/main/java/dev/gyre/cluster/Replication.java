package dev.gyre.cluster;

import dev.gyre.cluster.Refusals.Reason;
import dev.gyre.registry.Entries;
import dev.gyre.registry.Entry;
import dev.gyre.registry.Registry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this node's entries and the shared ones the same. What this node writes goes into the shared map and
 * then, as a hint, to all other nodes. Hints may be lost: {@link #compare} mends whatever differs, in both
 * directions, and is all that correctness needs.
 */
final class Replication {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.cluster");
    private static final String HINTS = "gyre.hints";
    private static final String PURPOSE = "hint";
    /** A hint of more than so many entries only says that there is news. */
    private static final int HINTED = 64;

    private final Vertx vertx;
    private final Registry registry;
    private final EntryMap map;
    private final Seal seal;
    private final Refusals refusals;
    private Optional<Promise<Void>> comparing = Optional.empty();
    private Optional<Promise<Void>> next = Optional.empty();

    Replication(Vertx vertx, Registry registry, EntryMap map, Seal seal, Refusals refusals) {
        this.vertx = vertx;
        this.registry = registry;
        this.map = map;
        this.seal = seal;
        this.refusals = refusals;
    }

    /** Completes when hints from all nodes reach this one. */
    Future<Void> listen() {
        return vertx.eventBus().consumer(HINTS, message -> hinted(message.body()))
                .completion();
    }

    Future<Void> keep(Collection<Entry> entries) {
        return map.keep(entries).onSuccess(kept -> hint(entries));
    }

    private void hint(Collection<Entry> entries) {
        JsonArray texts = new JsonArray();
        if (entries.size() <= HINTED) {
            entries.forEach(entry -> texts.add(EntryMap.text(seal, entry)));
        }
        JsonObject hint = new JsonObject().put("from", registry.nodeId()).put("entries", texts);
        vertx.eventBus().publish(HINTS, seal.close(PURPOSE, hint.encode()));
    }

    private void hinted(Object sealed) {
        Optional<JsonObject> hint = seal.open(PURPOSE, sealed).map(JsonObject::new);
        if (hint.isEmpty()) {
            refusals.refuse(Reason.WRONG_SEAL, "a hint");
            return;
        }
        if (hint.get().getString("from").equals(registry.nodeId())) {
            return;
        }
        JsonArray texts = hint.get().getJsonArray("entries");
        if (texts.isEmpty()) {
            compare();
            return;
        }
        Entries held = registry.entries();
        List<Entry> news = texts.stream().flatMap(text -> EntryMap.open(seal, (String) text).stream())
                .filter(held::precedes).toList();
        if (!news.isEmpty()) {
            registry.merge(news);
        }
    }

    /**
     * Reads the whole shared map, takes over what is later there and writes what is later here. One at a
     * time; whoever asks meanwhile gets one that begins afterwards.
     */
    synchronized Future<Void> compare() {
        if (comparing.isPresent()) {
            next = Optional.of(next.orElseGet(Promise::promise));
            return next.get().future();
        }
        Promise<Void> now = Promise.promise();
        comparing = Optional.of(now);
        run(now);
        return now.future();
    }

    private void run(Promise<Void> now) {
        map.read().compose(this::settle).onComplete(done -> {
            Optional<Promise<Void>> after;
            synchronized (this) {
                after = next;
                comparing = next;
                next = Optional.empty();
            }
            now.handle(done);
            after.ifPresent(this::run);
        });
    }

    private Future<Void> settle(Map<String, String> texts) {
        List<Entry> news = new ArrayList<>();
        List<String> foreign = new ArrayList<>();
        Entries held = registry.entries();
        texts.forEach((key, text) -> map.open(key, text).ifPresentOrElse(entry -> {
            if (held.precedes(entry)) {
                news.add(entry);
            }
        }, () -> foreign.add(key)));
        if (!foreign.isEmpty()) {
            refusals.refuse(Reason.WRONG_SEAL, foreign.size() + " entries of the shared map, such as "
                    + foreign.get(0));
        }
        return (news.isEmpty() ? Future.succeededFuture() : registry.merge(news)).compose(merged -> {
            List<Entry> owed =
                    registry.entries().all().stream().filter(entry -> lacks(texts, entry)).toList();
            if (news.size() + owed.size() > 0) {
                LOG.info("compared with the cluster: {} entries taken over, {} passed on", news.size(),
                        owed.size());
            }
            return owed.isEmpty() ? Future.<Void>succeededFuture() : keep(owed);
        }).compose(kept -> map.remove(unwanted(texts)));
    }

    /** What nobody sealed, and the changes too old to be remembered. */
    private List<Map.Entry<String, String>> unwanted(Map<String, String> texts) {
        Set<String> held = registry.entries().all().stream().map(entry -> entry.key().toString())
                .collect(Collectors.toSet());
        return texts.entrySet().stream().filter(text -> !held.contains(text.getKey())).toList();
    }

    private boolean lacks(Map<String, String> texts, Entry entry) {
        String key = entry.key().toString();
        return Optional.ofNullable(texts.get(key)).flatMap(text -> map.open(key, text))
                .filter(there -> !entry.overrules(there)).isEmpty();
    }
}
