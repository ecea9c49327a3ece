package dev.gyre.config;

import dev.gyre.model.EjectionPolicy;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** When failing backends are left out, to and from JSON: the key {@code ejection} of a service. */
final class EjectionReader {

    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Pattern STATUS = Pattern.compile("5\\d\\d");
    private static final String STATUSES = "a status as text, \"500\"..\"599\"";

    private EjectionReader() { }

    static EjectionPolicy read(Fields ejection, EjectionPolicy base) {
        EjectionPolicy policy = new EjectionPolicy(
                ejection.integer("failures", 1, 1000, base.failures()),
                ejection.value("rate").map(share -> share.fraction(0.01, 1, base.rate())).orElse(base.rate()),
                ejection.integer("requests", 1, 1_000_000, base.requests()),
                ejection.value("latency").map(times -> times.fraction(1.5, 100, 1.5)).or(base::latency),
                ejection.value("statuses").map(EjectionReader::statuses).orElse(base.statuses()),
                ejection.duration("baseEjection", SHORTEST, base.baseEjection()),
                ejection.duration("maxEjection", SHORTEST, base.maxEjection()),
                ejection.value("max").map(share -> share.fraction(0, 1, base.max())).orElse(base.max()));
        if (policy.maxEjection().compareTo(policy.baseEjection()) < 0) {
            ejection.refuse("maxEjection", Durations.text(policy.maxEjection()),
                    "no less than \"baseEjection\", " + Durations.text(policy.baseEjection()));
        }
        ejection.done();
        return policy;
    }

    private static Set<Integer> statuses(Value list) {
        Set<Integer> statuses = new TreeSet<>();
        for (Value item : list.items()) {
            Optional<String> text = item.text(STATUSES);
            if (text.isPresent() && STATUS.matcher(text.get()).matches()) {
                statuses.add(Integer.valueOf(text.get()));
            } else if (text.isPresent()) {
                item.refuse(STATUSES);
            }
        }
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
