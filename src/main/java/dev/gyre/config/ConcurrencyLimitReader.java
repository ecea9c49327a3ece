package dev.gyre.config;

import dev.gyre.model.ConcurrencyLimit;
import dev.gyre.model.ConcurrencyLimit.Adaptive;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;

/** How many requests may be in flight, to and from JSON: the key {@code limit} of a service. */
final class ConcurrencyLimitReader {

    private static final String OFF = "off";
    private static final String ADAPTIVE = "adaptive";
    private static final int MOST = 1_000_000;
    private static final String FORMS =
            "\"off\", \"adaptive\", a number, 1.." + MOST + ", or an object with \"adaptive\"";

    private ConcurrencyLimitReader() { }

    static ConcurrencyLimit read(Fields service, ConcurrencyLimit base) {
        return service.value("limit").map(value -> limit(value, base)).orElse(base);
    }

    private static ConcurrencyLimit limit(Value value, ConcurrencyLimit base) {
        Optional<String> word = value.asText();
        if (value.is(OFF)) {
            return new ConcurrencyLimit.Off();
        }
        if (value.is(ADAPTIVE)) {
            return Adaptive.DEFAULT;
        }
        if (value.isObject()) {
            return value.object().map(fields -> object(fields, base)).orElse(base);
        }
        if (value.isNumber() || word.filter(text -> text.matches("\\d+")).isPresent()) {
            return new ConcurrencyLimit.Fixed(value.integer(1));
        }
        if (word.flatMap(text -> Nearest.to(text, List.of(OFF, ADAPTIVE))).isPresent()) {
            value.refuseNotOneOf(List.of(OFF, ADAPTIVE));
        } else {
            value.refuse(FORMS);
        }
        return base;
    }

    private static ConcurrencyLimit object(Fields fields, ConcurrencyLimit base) {
        Optional<Fields> adaptive = fields.required(ADAPTIVE).flatMap(Value::object);
        fields.done();
        return adaptive.map(of -> adaptive(of, base instanceof Adaptive same ? same : Adaptive.DEFAULT))
                .orElse(Adaptive.DEFAULT);
    }

    private static Adaptive adaptive(Fields fields, Adaptive base) {
        Adaptive adaptive = new Adaptive(
                fields.integer("min", base.min()),
                fields.integer("max", base.max()),
                fields.fraction("tolerance", base.tolerance()));
        if (adaptive.max() < adaptive.min()) {
            fields.refuse("max", Integer.toString(adaptive.max()), "no less than \"min\", " + adaptive.min());
        }
        fields.done();
        return adaptive;
    }

    static Object write(ConcurrencyLimit limit) {
        if (limit instanceof ConcurrencyLimit.Fixed fixed) {
            return fixed.most();
        }
        return limit instanceof Adaptive adaptive ? new JsonObject().put(ADAPTIVE, new JsonObject()
                .put("min", adaptive.min()).put("max", adaptive.max())
                .put("tolerance", adaptive.tolerance())) : OFF;
    }
}
