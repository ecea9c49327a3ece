package dev.gyre.config;

import dev.gyre.model.TunnelPolicy;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** Tunnels, to and from JSON: a service's keys {@code upgrade} and {@code tunnels}. */
final class TunnelReader {

    private TunnelReader() { }

    static TunnelPolicy read(Fields service, TunnelPolicy base) {
        List<String> upgrade = service.value("upgrade").isEmpty() ? base.upgrade()
                : service.items("upgrade").stream().flatMap(token -> token.text().stream())
                        .map(token -> token.toLowerCase(Locale.ROOT)).distinct().toList();
        Fields fields = service.object("tunnels");
        TunnelPolicy policy = new TunnelPolicy(upgrade, fields.duration("idle", base.idle()),
                fields.value("lifetime").map(TunnelReader::lifetime).orElse(base.lifetime()),
                fields.value("perBackend").map(TunnelReader::limit).orElse(base.perBackend()),
                fields.value("perAddress").map(TunnelReader::limit).orElse(base.perAddress()));
        fields.done();
        return policy;
    }

    private static Optional<Duration> lifetime(Value value) {
        return value.is(SettingsTable.OFF) ? Optional.empty() : Optional.of(value.duration());
    }

    private static OptionalInt limit(Value value) {
        return value.is(SettingsTable.OFF) ? OptionalInt.empty() : OptionalInt.of(value.integer(1));
    }

    /** Puts the JSON that {@link #read} reads back, every key written out. */
    static JsonObject write(TunnelPolicy policy, JsonObject into) {
        return into.put("upgrade", new JsonArray(policy.upgrade())).put("tunnels", new JsonObject()
                .put("idle", Durations.text(policy.idle()))
                .put("lifetime", policy.lifetime().map(Durations::text).orElse(SettingsTable.OFF))
                .put("perBackend", limit(policy.perBackend()))
                .put("perAddress", limit(policy.perAddress())));
    }

    private static Object limit(OptionalInt limit) {
        return limit.isPresent() ? limit.getAsInt() : SettingsTable.OFF;
    }
}
