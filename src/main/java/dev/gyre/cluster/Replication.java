package dev.gyre.cluster;

import dev.gyre.cluster.EntryMap.Judgement;
import dev.gyre.cluster.RefusedMessages.Reason;
import dev.gyre.cluster.SyncPoint.Memory;
import dev.gyre.cluster.WritePositions.Position;
import dev.gyre.registry.Entry;
import dev.gyre.registry.Key;
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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this node's entries and the shared ones equal. Each write of this node goes into the shared map and
 * then, as a hint, to all other nodes. Hints may be lost: {@link #compare} repairs all differences, in both
 * directions, and alone is enough for correctness.
 */
final class Replication {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.cluster");
    private static final String HINTS = "gyre.hints.2";
    private static final String PURPOSE = "hint";
    /** A hint of more entries contains none, and only causes a comparison. */
    private static final int HINTED = 64;
    /** How long to wait for a hint on its way before reading the whole map instead. */
    private static final long HINT_MILLIS = 300;
    private static final long HINT_CHECK_MILLIS = 5;
    private static final long CATCH_UP_NANOS = 12_000_000_000L;
    private static final long RETRY_MILLIS = 200;
    /** How long after its departure a node's last acknowledgements are read. */
    private static final long MET_NANOS = 600_000_000_000L;
    /** Most foreign values removed from the map at a time. */
    private static final int REMOVED = 1_000;
    /** Periodic comparisons take at most one hundredth of the time. */
    private static final long RARELY = 100;

    private final Vertx vertx;
    private final Registry registry;
    private final EntryMap map;
    private final AcknowledgedWrites acknowledged;
    private final MessageAuthenticator authenticator;
    private final RefusedMessages rejections;
    private final WritePositions positions = new WritePositions();
    private final String session;
    private final LongSupplier nanos;
    private final Supplier<Set<String>> nodes;
    /** When each other node was last present, including those that have left. */
    private final Map<String, Long> met = new ConcurrentHashMap<>();
    private final AtomicLong written = new AtomicLong();
    /** When the last comparison ended, and how long it took. */
    private volatile long comparedNanos;
    private volatile long tookNanos;
    /** The last one found foreign values, so there may be more. */
    private volatile boolean unclean;
    private Optional<Promise<Void>> comparing = Optional.empty();
    private Optional<Promise<Void>> next = Optional.empty();

    /**
     * The surroundings of a replication.
     *
     * @param nodes ids of the other present nodes
     * @param nanos only ever goes forward
     */
    record Around(Supplier<Set<String>> nodes, LongSupplier nanos) { }

    Replication(Vertx vertx, Registry registry, SharedMaps maps, MessageAuthenticator authenticator,
            RefusedMessages rejections,
                Around around) {
        this.nanos = around.nanos();
        this.nodes = around.nodes();
        this.vertx = vertx;
        this.registry = registry;
        this.map = new EntryMap(maps.entries(), authenticator);
        this.acknowledged = new AcknowledgedWrites(maps.acknowledged(), authenticator, registry.nodeId(),
                () -> Memory.of(registry));
        this.authenticator = authenticator;
        this.rejections = rejections;
        this.session = maps.session();
    }

    /** Completes when hints from all nodes reach this one. */
    Future<Void> listen() {
        return vertx.eventBus().consumer(HINTS, message -> hinted(message.body()))
                .completion();
    }

    /** In the map, announced as acknowledged, and on its way to the others. */
    Future<Void> keep(Collection<Entry> entries) {
        Position position = new Position(session, written.incrementAndGet());
        return put(entries)
                .compose(kept -> acknowledged.announce(position))
                // Also after a failure, because the others would wait for a missing number.
                .onComplete(kept -> hint(entries, position));
    }

    private Future<Void> put(Collection<Entry> entries) {
        List<Entry> found = new ArrayList<>();
        return map.keep(entries, entry -> {
            synchronized (found) {
                found.add(entry);
            }
        }).onSuccess(kept -> takeOver(found));
    }

    private void takeOver(Collection<Entry> found) {
        List<Entry> news = found.stream().filter(registry::wants).toList();
        if (!news.isEmpty()) {
            registry.merge(news);
        }
    }

    /**
     * Completes when everything that any node acknowledged before is taken over: with one read of the others'
     * numbers, if their hints have arrived.
     */
    Future<Void> catchUp() {
        return catchUp(nanos.getAsLong() + CATCH_UP_NANOS);
    }

    private Future<Void> catchUp(long deadlineNanos) {
        return acknowledged.others(met()).map(AcknowledgedWrites.Others::positions).compose(announced -> {
            if (positions.missing(announced).isEmpty()) {
                return Future.<Void>succeededFuture();
            }
            Promise<Void> heard = Promise.promise();
            awaitHints(announced, HINT_MILLIS, heard);
            return heard.future().recover(late -> compare().onSuccess(v -> positions.caughtUp(announced)));
        }).recover(failure -> {
            if (nanos.getAsLong() - deadlineNanos >= 0) {
                return Future.failedFuture(failure);
            }
            // After a member's death its part of the map does not answer until the death is detected.
            Promise<Void> later = Promise.promise();
            vertx.setTimer(RETRY_MILLIS, timer -> catchUp(deadlineNanos).onComplete(later));
            return later.future();
        });
    }

    /** The ids of all other nodes that are present, or recently were. */
    private Set<String> met() {
        long now = nanos.getAsLong();
        nodes.get().forEach(node -> met.put(node, now));
        met.values().removeIf(at -> now - at > MET_NANOS);
        return Set.copyOf(met.keySet());
    }

    private void awaitHints(Map<String, Position> announced, long millis, Promise<Void> heard) {
        if (positions.missing(announced).isEmpty()) {
            heard.complete();
        } else if (millis <= 0) {
            heard.fail("late");
        } else {
            vertx.setTimer(HINT_CHECK_MILLIS,
                    timer -> awaitHints(announced, millis - HINT_CHECK_MILLIS, heard));
        }
    }

    private void hint(Collection<Entry> entries, Position position) {
        JsonArray texts = new JsonArray();
        if (entries.size() <= HINTED) {
            entries.forEach(entry -> texts.add(entry.toJson()));
        }
        JsonObject hint = new JsonObject().put("from", registry.nodeId()).put("position", position.toJson())
                .put("entries", texts);
        vertx.eventBus().publish(HINTS, authenticator.sign(PURPOSE, hint.encode()));
    }

    private void hinted(Object sealed) {
        Optional<JsonObject> opened = authenticator.verify(PURPOSE, sealed).map(JsonObject::new);
        if (opened.isEmpty()) {
            rejections.refuse(Reason.WRONG_SEAL, "a hint");
            return;
        }
        JsonObject hint = opened.get();
        String from = hint.getString("from", "");
        if (from.equals(registry.nodeId())) {
            return;
        }
        met.put(from, nanos.getAsLong());
        Optional<Position> position = Position.fromJson(hint.getJsonObject("position", new JsonObject()));
        JsonArray entries = hint.getJsonArray("entries", new JsonArray());
        if (entries.isEmpty()) {
            Future<Void> compared = compare();
            position.ifPresent(at -> compared.onSuccess(v -> positions.heard(from, at)));
            return;
        }
        List<Entry> news = new ArrayList<>();
        for (Object entry : entries) {
            EntryMap.read(entry).filter(registry::wants).ifPresent(news::add);
        }
        Future<?> taken = news.isEmpty() ? Future.succeededFuture() : registry.merge(news);
        position.ifPresent(at -> taken.onSuccess(v -> positions.heard(from, at)));
    }

    /**
     * Reads the whole shared map, takes over later entries from it and writes later entries of its own. One
     * at a time; a call during one gets the next.
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

    /** The same periodically; the longer it takes, the rarer. */
    void compareWhenDue() {
        if (unclean || nanos.getAsLong() - comparedNanos >= RARELY * tookNanos) {
            compare();
        }
    }

    private void run(Promise<Void> now) {
        long begun = nanos.getAsLong();
        acknowledged.others().compose(others -> map.read()
                .compose(texts -> resynchronize(others.memories(), texts).map(texts))
                .compose(this::settle)
                .compose(v -> acknowledged.announce(new Position(session, written.get())))
                .onSuccess(done -> positions.caughtUp(others.positions()))).onComplete(done -> {
            comparedNanos = nanos.getAsLong();
            tookNanos = comparedNanos - begun;
            Optional<Promise<Void>> after;
            synchronized (this) {
                after = next;
                comparing = next;
                next = Optional.empty();
            }
            if (done.failed()) {
                LOG.warn("sync failed reason=\"{}\": it is tried again",
                        String.valueOf(done.cause().getMessage()));
            }
            now.handle(done);
            after.ifPresent(this::run);
        });
    }

    /**
     * A node that was away for longer than the others keep tombstones drops the entries that they have
     * removed meanwhile, before it passes on its own; and such entries of another node are not taken over
     * here.
     */
    private Future<Void> resynchronize(List<Memory> others, Map<String, String> texts) {
        Memory self = Memory.of(registry);
        registry.distrust(SyncPoint.behind(self, others));
        if (others.stream().noneMatch(self::isBehind)) {
            return Future.succeededFuture();
        }
        Map<Key, Optional<Entry>> left = SyncPoint.removed(registry.entries().all(), self.agreed(),
                key -> opened(texts, key).flatMap(EntryMap.Opened::entry),
                key -> opened(texts, key).filter(there -> there.entry().isEmpty()).isPresent());
        if (left.isEmpty()) {
            return Future.succeededFuture();
        }
        LOG.warn("resynchronized as a newcomer entries={} such_as={}: this node was away for longer than"
                + " registry.retention; it dropped what the other nodes no longer hold", left.size(),
                left.keySet().iterator().next());
        return registry.giveUp(left);
    }

    private Optional<EntryMap.Opened> opened(Map<String, String> texts, Key key) {
        return Optional.ofNullable(texts.get(key.toString())).map(text -> map.open(key.toString(), text));
    }

    /** Removes from the map the entries of a node that was away for too long. */
    private Future<Void> cleanse(Map<String, String> texts) {
        List<Future<Boolean>> replaced = new ArrayList<>();
        texts.forEach((key, text) -> map.open(key, text).entry().ifPresent(entry -> {
            Optional<Entry> trusted = registry.trusted(entry);
            if (trusted.filter(rest -> rest == entry).isEmpty()) {
                replaced.add(map.replace(key, text, trusted));
            }
        }));
        return Future.all(replaced).mapEmpty();
    }

    /** On workers: checking a hundred thousand texts takes longer than heartbeats may wait. */
    private Future<Void> settle(Map<String, String> texts) {
        return vertx.executeBlocking(() -> news(texts), false)
                .compose(news -> (news.isEmpty() ? Future.succeededFuture() : registry.merge(news))
                        .compose(merged -> vertx.executeBlocking(() -> registry.entries().all().stream()
                                .filter(entry -> lacks(texts, entry)).toList(), false))
                        .compose(owed -> {
                            if (news.size() + owed.size() > 0) {
                                LOG.info("synchronized received={} sent={}", news.size(), owed.size());
                            }
                            return owed.isEmpty() ? Future.<Void>succeededFuture() : passOn(owed);
                        }))
                .compose(kept -> cleanse(texts))
                .onSuccess(kept -> vertx.executeBlocking(() -> unwanted(texts), false)
                        .onSuccess(this::remove));
    }

    private List<Entry> news(Map<String, String> texts) {
        List<Entry> news = new ArrayList<>();
        List<String> forged = new ArrayList<>();
        texts.forEach((key, text) -> {
            EntryMap.Opened opened = map.open(key, text);
            opened.entry().filter(registry::wants).ifPresent(news::add);
            if (opened.judgement() == Judgement.FORGED) {
                forged.add(key);
            }
        });
        unclean = !forged.isEmpty();
        if (unclean) {
            rejections.refuse(Reason.WRONG_SEAL, forged.size() + " entries of the shared map, such as "
                    + forged.get(0));
        }
        return news;
    }

    private Future<Void> passOn(List<Entry> owed) {
        Position position = new Position(session, written.incrementAndGet());
        return put(owed).onComplete(kept -> hint(owed, position));
    }

    /** Removes unsigned values, and tombstones older than the retention; nobody waits for it. */
    private void remove(List<Map.Entry<String, String>> texts) {
        if (!texts.isEmpty()) {
            int end = Math.min(REMOVED, texts.size());
            map.remove(texts.subList(0, end)).onSuccess(v -> remove(texts.subList(end, texts.size())));
        }
    }

    private List<Map.Entry<String, String>> unwanted(Map<String, String> texts) {
        Set<String> held = registry.entries().all().stream().map(entry -> entry.key().toString())
                .collect(Collectors.toSet());
        return texts.entrySet().stream().filter(text -> !held.contains(text.getKey())
                && map.open(text.getKey(), text.getValue()).judgement() != Judgement.UNREADABLE).toList();
    }

    private boolean lacks(Map<String, String> texts, Entry entry) {
        String key = entry.key().toString();
        String text = texts.get(key);
        if (text == null) {
            return true;
        }
        EntryMap.Opened there = map.open(key, text);
        return there.judgement() == Judgement.FORGED || there.entry().filter(entry::overrules).isPresent();
    }
}
