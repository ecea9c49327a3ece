package dev.gyre.config;

import dev.gyre.model.EjectionPolicy;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Set;
import java.util.TreeSet;

/** When failing backends are left out, to and from JSON: the key {@code ejection} of a service. */
final class EjectionReader {

    private EjectionReader() { }

    static EjectionPolicy read(Fields ejection, EjectionPolicy base) {
        EjectionPolicy policy = new EjectionPolicy(
                ejection.integer("failures", base.failures()),
                ejection.fraction("rate", base.rate()),
                ejection.integer("requests", base.requests()),
                ejection.value("latency").map(times -> times.fraction(1)).or(base::latency),
                ejection.value("statuses").map(EjectionReader::statuses).orElse(base.statuses()),
                ejection.duration("baseEjection", base.baseEjection()),
                ejection.duration("maxEjection", base.maxEjection()),
                ejection.fraction("max", base.max()));
        if (policy.maxEjection().compareTo(policy.baseEjection()) < 0) {
            ejection.refuse("maxEjection", Durations.text(policy.maxEjection()),
                    "no less than \"baseEjection\", " + Durations.text(policy.baseEjection()));
        }
        ejection.done();
        return policy;
    }

    private static Set<Integer> statuses(Value list) {
        Set<Integer> statuses = new TreeSet<>();
        list.items().forEach(item -> item.text().map(Integer::valueOf).ifPresent(statuses::add));
        return statuses;
    }

    static JsonObject write(EjectionPolicy policy) {
        JsonArray statuses = new JsonArray();
        new TreeSet<>(policy.statuses()).forEach(status -> statuses.add(status.toString()));
        JsonObject json = new JsonObject()
                .put("failures", policy.failures())
                .put("rate", policy.rate())
                .put("requests", policy.requests())
                .put("statuses", statuses)
                .put("baseEjection", Durations.text(policy.baseEjection()))
                .put("maxEjection", Durations.text(policy.maxEjection()))
                .put("max", policy.max());
        policy.latency().ifPresent(times -> json.put("latency", times));
        return json;
    }
}
