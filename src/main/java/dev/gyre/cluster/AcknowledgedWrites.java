package dev.gyre.cluster;

import dev.gyre.cluster.Positions.Position;
import io.vertx.core.Future;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.AsyncMap;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Where each node says which of its writes it has acknowledged last, for the others to know what they must have
 * heard before they judge a command. One sealed text a node, which only that node writes; what nobody has
 * renewed for a while has been compared since, and goes.
 */
final class AcknowledgedWrites {

    private static final String PURPOSE = "acknowledged";
    private static final long KEPT_MILLIS = Duration.ofMinutes(10).toMillis();
    private static final long CALL_SECONDS = 5;

    private final AsyncMap<String, String> map;
    private final Seal seal;
    private final String self;

    AcknowledgedWrites(AsyncMap<String, String> map, Seal seal, String self) {
        this.map = map;
        this.seal = seal;
        this.self = self;
    }

    Future<Void> announce(Position position) {
        return map.put(self, seal.close(PURPOSE, position.toJson().put("node", self).encode()), KEPT_MILLIS)
                .timeout(CALL_SECONDS, TimeUnit.SECONDS);
    }

    /** Of all other nodes; what no node of this cluster wrote is left out. */
    Future<Map<String, Position>> others() {
        return map.entries().timeout(CALL_SECONDS, TimeUnit.SECONDS).map(texts -> {
            Map<String, Position> others = new HashMap<>();
            texts.forEach((node, text) -> {
                if (!node.equals(self)) {
                    read(node, text).ifPresent(position -> others.put(node, position));
                }
            });
            return others;
        });
    }

    private Optional<Position> read(String node, String text) {
        try {
            return seal.open(PURPOSE, text).map(JsonObject::new)
                    .filter(json -> node.equals(json.getValue("node"))).flatMap(Position::fromJson);
        } catch (DecodeException e) {
            return Optional.empty();
        }
    }
}
