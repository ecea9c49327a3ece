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
 * Where each node says which of its writes it has acknowledged last, for the others to know what they must
 * have heard before they judge a command. One sealed text a node, which only that node writes; what nobody
 * has renewed for a while has been compared since, and goes.
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
     * What the other nodes say.
     *
     * @param positions the latest acknowledged write of each
     * @param memories  up to where each of them remembers
     */
    record Others(Map<String, Position> positions, List<Memory> memories) { }

    /** @param memory tells up to where this node remembers */
    AcknowledgedWrites(SharedStringMap map, MessageAuthenticator authenticator, String self,
            Supplier<Memory> memory) {
        this.memory = memory;
        this.map = map;
        this.authenticator = authenticator;
        this.self = self;
    }

    /**
     * Completes when this number, or a higher one of this membership, is there for the others to see. Two
     * writes under way at once could arrive in the wrong order, so that the lower number stayed: there is one
     * at a time, of the highest number, and all that come meanwhile share the next.
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
        // Also what is thrown ends the turn: all later ones wait for it.
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

    /** Of the given other nodes; what no node of this cluster wrote is left out. */
    Future<Others> others(Set<String> nodes) {
        return map.get(nodes).map(this::read);
    }

    /** Of all other nodes, those included that this one has not met yet. */
    Future<Others> others() {
        return map.read().onSuccess(this::clean).map(this::read);
    }

    /** What nobody sealed must not be read again and again; nobody waits for it. */
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
