package dev.gyre.cluster;

import dev.gyre.cluster.Positions.Position;
import dev.gyre.registry.Stamp;
import io.vertx.core.Future;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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

    /**
     * What the other nodes say.
     *
     * @param positions the latest acknowledged write of each
     * @param collected the highest stamp of a removal that one of them has forgotten
     */
    record Others(Map<String, Position> positions, Stamp collected) { }

    AcknowledgedWrites(SharedTexts map, Seal seal, String self) {
        this.map = map;
        this.seal = seal;
        this.self = self;
    }

    /** @param collected the highest stamp of a removal that this node has forgotten */
    Future<Void> announce(Position position, Stamp collected) {
        return map.put(self, seal.close(PURPOSE, position.toJson().put("node", self)
                        .put("collected", collected.toString()).encode()), KEPT_MILLIS);
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
