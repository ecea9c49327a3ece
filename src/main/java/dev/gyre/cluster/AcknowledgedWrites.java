package dev.gyre.cluster;

import dev.gyre.cluster.Positions.Position;
import dev.gyre.registry.Stamp;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HashMap;
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
    private static final long KEPT_MILLIS = Duration.ofMinutes(10).toMillis();

    private final SharedTexts map;
    private final Seal seal;
    private final String self;
    private final Supplier<Stamp> collected;
    private Position highest = new Position("", 0);
    private Future<Void> underWay = Future.succeededFuture();
    private Optional<Promise<Void>> next = Optional.empty();

    /**
     * What the other nodes say.
     *
     * @param positions the latest acknowledged write of each
     * @param collected the highest stamp of a removal that one of them has forgotten
     */
    record Others(Map<String, Position> positions, Stamp collected) { }

    /** @param collected tells the highest stamp of a removal that this node has forgotten */
    AcknowledgedWrites(SharedTexts map, Seal seal, String self, Supplier<Stamp> collected) {
        this.collected = collected;
        this.map = map;
        this.seal = seal;
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
        return map.put(self, seal.close(PURPOSE, position.toJson().put("node", self)
                        .put("collected", collected.get().toString()).encode()), KEPT_MILLIS);
    }

    /** Of the given other nodes; what no node of this cluster wrote is left out. */
    Future<Others> others(Set<String> nodes) {
        return map.get(nodes).map(texts -> {
            Map<String, Position> others = new HashMap<>();
            Stamp collected = Stamp.ZERO;
            for (Map.Entry<String, String> text : texts.entrySet()) {
                String node = text.getKey();
                Optional<JsonObject> json = read(node, text.getValue());
                json.flatMap(Position::fromJson).ifPresent(position -> others.put(node, position));
                Stamp one = json.flatMap(AcknowledgedWrites::collected).orElse(Stamp.ZERO);
                collected = one.compareTo(collected) > 0 ? one : collected;
            }
            return new Others(others, collected);
        });
    }

    private Optional<JsonObject> read(String node, String text) {
        try {
            return seal.open(PURPOSE, text).map(JsonObject::new)
                    .filter(json -> node.equals(json.getValue("node")));
        } catch (DecodeException e) {
            return Optional.empty();
        }
    }

    private static Optional<Stamp> collected(JsonObject json) {
        try {
            return Optional.of(Stamp.parse(json.getString("collected", "")));
        } catch (IllegalArgumentException | ClassCastException e) {
            return Optional.empty();
        }
    }
}
