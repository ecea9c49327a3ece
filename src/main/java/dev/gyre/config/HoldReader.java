package dev.gyre.config;

import dev.gyre.model.HoldPolicy;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Optional;

/** How requests wait for a release or a backend, to and from JSON: the key {@code hold} of a service. */
final class HoldReader {

    private static final String OFF = "off";

    private HoldReader() { }

    static HoldPolicy read(Fields hold, HoldPolicy base) {
        HoldPolicy policy = new HoldPolicy(
                hold.integer("queue", base.queue()),
                hold.value("whenEmpty").map(HoldReader::whenEmpty).orElse(base.whenEmpty()));
        hold.done();
        return policy;
    }

    private static Optional<Duration> whenEmpty(Value value) {
        if (value.is(OFF)) {
            return Optional.empty();
        }
        Optional<Duration> wait = value.asText().flatMap(Durations::parse);
        if (wait.isEmpty()) {
            value.refuse(OFF + " or " + Durations.EXAMPLES);
            return Optional.empty();
        }
        return Optional.of(value.duration());
    }

    static JsonObject write(HoldPolicy policy) {
        return new JsonObject().put("queue", policy.queue())
                .put("whenEmpty", policy.whenEmpty().map(Durations::text).orElse(OFF));
    }
}
