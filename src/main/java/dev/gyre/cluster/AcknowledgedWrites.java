package dev.gyre.cluster;

import dev.gyre.cluster.SyncPoint.Memory;
import dev.gyre.cluster.WritePositions.Position;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The latest acknowledged write of each node, so that the other nodes know which writes they need before they
 * check a command. One signed text for each node, written by that node only; a text that is not renewed for a
 * while is removed, because a comparison has covered it since.
 */
final class AcknowledgedWrites {

    private static final String PURPOSE = "acknowledged";
    private static final int REMOVED = 1_000;
    private static final long KEPT_MILLIS = Duration.ofMinutes(10).toMillis();

    private final SharedStringMap map;
    private final MessageAuthenticator authenticator;
    private final String self;
    private final Supplier<Memory> memory;
    private Position highest = new Position("", 0);
    private Future<Void> underWay = Future.succeededFuture();
    private Optional<Promise<Void>> next = Optional.empty();

    /**
     * The texts of the other nodes.
     *
     * @param positions the latest acknowledged write of each
     * @param memories  the sync point of each of them
     */
    record Others(Map<String, Position> positions, List<Memory> memories) { }

    /** @param memory gives the sync point of this node */
    AcknowledgedWrites(SharedStringMap map, MessageAuthenticator authenticator, String self,
            Supplier<Memory> memory) {
        this.memory = memory;
        this.map = map;
        this.authenticator = authenticator;
        this.self = self;
    }

    /**
     * Completes when the other nodes can read this number, or a higher one of this membership. Two writes at
     * once could arrive in the wrong order, so that the lower number would stay: there is one at a time, with
     * the highest number, and calls during a write share the next.
     */
    synchronized Future<Void> announce(Position position) {
        if (!highest.covers(position)) {
            highest = position;
        }
        if (next.isPresent()) {
            return next.get().future();
        }
        Promise<Void> turn = Promise.promise();
        next = Optional.of(turn);
        Future<Void> before = underWay;
        underWay = turn.future();
        // An exception must end the turn as well: all later writes wait for it.
        before.transform(done -> put()).onComplete(turn);
        return turn.future();
    }

    private Future<Void> put() {
        Position position;
        synchronized (this) {
            next = Optional.empty();
            position = highest;
        }
        return map.put(self, authenticator.sign(PURPOSE, position.toJson().put("node", self)
                        .put("memory", memory.get().toJson()).encode()), KEPT_MILLIS);
    }

    /** Of the given other nodes; texts that no node of this cluster wrote are ignored. */
    Future<Others> others(Set<String> nodes) {
        return map.get(nodes).map(this::read);
    }

    /** Of all other nodes, including those that this one has not met yet. */
    Future<Others> others() {
        return map.read().onSuccess(this::clean).map(this::read);
    }

    /** Removes unsigned texts, so that they are not read again; nobody waits for it. */
    private void clean(Map<String, String> texts) {
        texts.entrySet().stream().filter(text -> read(text.getKey(), text.getValue()).isEmpty())
                .limit(REMOVED).forEach(text -> map.remove(text.getKey(), text.getValue()));
    }

    private Others read(Map<String, String> texts) {
        Map<String, Position> positions = new HashMap<>();
        List<Memory> memories = new ArrayList<>();
        texts.forEach((node, text) -> {
            Optional<JsonObject> json = node.equals(self) ? Optional.empty() : read(node, text);
            json.flatMap(Position::fromJson).ifPresent(position -> positions.put(node, position));
            json.map(said -> said.getValue("memory")).filter(JsonObject.class::isInstance)
                    .ifPresent(said -> memories.add(Memory.fromJson((JsonObject) said)));
        });
        return new Others(positions, memories);
    }

    private Optional<JsonObject> read(String node, String text) {
        try {
            return authenticator.verify(PURPOSE, text).map(JsonObject::new)
                    .filter(json -> node.equals(json.getValue("node")));
        } catch (DecodeException e) {
            return Optional.empty();
        }
    }
}
