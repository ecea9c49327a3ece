package dev.gyre.cluster;

import dev.gyre.cluster.RefusedMessages.Reason;
import dev.gyre.cluster.SyncPoint.Memory;
import dev.gyre.registry.Entries;
import dev.gyre.registry.Entry;
import dev.gyre.registry.Registry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches missing entries from another node whose digest differs: first it compares the sums of a few hundred
 * buckets, then the hashes within those that differ, so that the cost follows the differences and not the
 * number of entries (Demers et al., "Epidemic algorithms for replicated database maintenance", 1987). Each
 * node asks for itself, so both sides are repaired. Question and answer are signed, the answer for this
 * question only.
 */
final class AntiEntropy {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.cluster");
    private static final String ADDRESS = "gyre.sync.";
    private static final String PURPOSE = "sync";
    private static final DeliveryOptions PATIENCE = new DeliveryOptions().setSendTimeout(5_000);
    /** Most entries in one request. */
    private static final int BATCH = 200;

    private final Vertx vertx;
    private final Registry registry;
    private final MessageAuthenticator authenticator;
    private final RefusedMessages rejections;
    private final String session;
    private final Runnable behind;
    private final AtomicLong questions = new AtomicLong();
    private final Set<String> asking = ConcurrentHashMap.newKeySet();

    /**
     * @param session with a number, makes each question unique
     * @param behind  called if one of two nodes was away for longer than the other keeps tombstones
     */
    AntiEntropy(Vertx vertx, Registry registry, MessageAuthenticator authenticator,
            RefusedMessages rejections,
            String session,
                Runnable behind) {
        this.behind = behind;
        this.vertx = vertx;
        this.registry = registry;
        this.authenticator = authenticator;
        this.rejections = rejections;
        this.session = session;
    }

    /** Completes when the questions of all nodes reach this one. */
    Future<Void> listen() {
        return vertx.eventBus().consumer(ADDRESS + registry.nodeId(), this::asked).completion();
    }

    /** Takes over the entries that another node has and this one lacks; one round with a node at a time. */
    Future<Void> repairFrom(String node) {
        if (!asking.add(node)) {
            return Future.succeededFuture();
        }
        return sums(node).compose(buckets -> lacking(node, buckets, 0, new ArrayList<>()))
                .compose(keys -> fetch(node, keys, 0)).onComplete(done -> {
                    asking.remove(node);
                    if (done.failed()) {
                        LOG.debug("repair failed node={}", node, done.cause());
                    }
                });
    }

    private Future<List<Integer>> sums(String node) {
        Entries held = registry.entries();
        return ask(node, new JsonObject().put("of", "sums")).map(answer -> {
            JsonArray sums = answer.getJsonArray("sums", new JsonArray());
            Memory self = Memory.of(registry);
            Memory other = Memory.fromJson(answer);
            if (self.isBehind(other) || other.isBehind(self)) {
                behind.run();
            }
            if (other.isBehind(self)) {
                // It still has entries that were removed and forgotten here, and drops them by itself.
                return List.<Integer>of();
            }
            List<Integer> differ = new ArrayList<>();
            for (int i = 0; i < Math.min(sums.size(), Entries.buckets()); i++) {
                if (!hex(held.bucketSum(i)).equals(sums.getValue(i))) {
                    differ.add(i);
                }
            }
            return differ;
        });
    }

    private Future<List<String>> lacking(String node, List<Integer> buckets, int at, List<String> keys) {
        if (at == buckets.size()) {
            return Future.succeededFuture(keys);
        }
        int bucket = buckets.get(at);
        return ask(node, new JsonObject().put("of", "hashes").put("bucket", bucket))
                .compose(answer -> vertx.executeBlocking(() -> {
                    Map<String, String> own = hashes(bucket);
                    answer.getJsonObject("hashes", new JsonObject()).forEach(theirs -> {
                        if (!theirs.getValue().equals(own.get(theirs.getKey()))) {
                            keys.add(theirs.getKey());
                        }
                    });
                    return keys;
                }, false)).compose(v -> lacking(node, buckets, at + 1, keys));
    }

    private Future<Void> fetch(String node, List<String> keys, int from) {
        if (from >= keys.size()) {
            return Future.succeededFuture();
        }
        int to = Math.min(keys.size(), from + BATCH);
        return ask(node, new JsonObject().put("of", "entries")
                .put("keys", new JsonArray(new ArrayList<>(keys.subList(from, to))))).compose(answer -> {
            List<Entry> news = new ArrayList<>();
            answer.getJsonArray("entries", new JsonArray()).forEach(json ->
                    EntryMap.read(json).filter(registry::wants).ifPresent(news::add));
            return (news.isEmpty() ? Future.succeededFuture() : registry.merge(news))
                    .compose(v -> fetch(node, keys, to));
        });
    }

    private Future<JsonObject> ask(String node, JsonObject question) {
        String sealed = authenticator.sign(PURPOSE,
                question.put("nonce", session + "-" + questions.incrementAndGet()).encode());
        return vertx.eventBus().request(ADDRESS + node, sealed, PATIENCE).compose(reply ->
                authenticator.verify(purpose(sealed), reply.body()).map(json ->
                        Future.succeededFuture(new JsonObject(json))).orElseGet(() -> {
                            rejections.refuse(Reason.WRONG_SEAL, "an answer");
                            return Future.failedFuture("the answer is not sealed by a node of this cluster");
                        }));
    }

    /** An answer is valid only for its question. */
    private static String purpose(String question) {
        return "answer to " + question.hashCode() + " " + question;
    }

    private void asked(Message<Object> message) {
        Optional<String> opened = authenticator.verify(PURPOSE, message.body());
        if (opened.isEmpty()) {
            rejections.refuse(Reason.WRONG_SEAL, "a question");
            message.fail(401, "not sealed by a node of this cluster");
            return;
        }
        // On a worker: finding a bucket's entries reads all entries.
        vertx.executeBlocking(() -> answer(new JsonObject(opened.get())).encode(), false).onComplete(
                answer -> message.reply(authenticator.sign(purpose((String) message.body()), answer)),
                failure -> message.fail(400, "no question that this version understands"));
    }

    private JsonObject answer(JsonObject question) {
        return switch (question.getString("of", "")) {
            case "sums" -> {
                Entries held = registry.entries();
                JsonArray sums = new JsonArray();
                for (int i = 0; i < Entries.buckets(); i++) {
                    sums.add(hex(held.bucketSum(i)));
                }
                yield Memory.of(registry).toJson().put("sums", sums);
            }
            case "hashes" -> new JsonObject().put("hashes",
                    new JsonObject(new TreeMap<>(hashes(question.getInteger("bucket", 0)))));
            case "entries" -> new JsonObject().put("entries",
                    new JsonArray(named(question.getJsonArray("keys", new JsonArray())).stream()
                            .map(Entry::toJson).toList()));
            default -> throw new ClassCastException("of");
        };
    }

    private List<Entry> named(JsonArray keys) {
        Entries held = registry.entries();
        return keys.stream().limit(BATCH).flatMap(key -> held.named(String.valueOf(key)).stream()).toList();
    }

    /**
     * Includes tombstones, although the sums ignore them: the other node may still hold the removed entries.
     */
    private Map<String, String> hashes(int bucket) {
        Map<String, String> hashes = new TreeMap<>();
        registry.entries().inBucket(bucket)
                .forEach(entry -> hashes.put(entry.key().toString(), hex(entry.hash())));
        return hashes;
    }

    private static String hex(long number) {
        return HexFormat.of().toHexDigits(number);
    }
}
