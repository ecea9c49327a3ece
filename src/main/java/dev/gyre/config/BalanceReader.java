package dev.gyre.config;

import dev.gyre.model.Balance;
import dev.gyre.model.HashKey;
import dev.gyre.model.Hashing;
import dev.gyre.model.SlowStart;
import dev.gyre.model.Sticky;
import dev.gyre.model.Strategy;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** Which backend gets which request: a service's keys {@code balance}, {@code sticky}, {@code slowStart}. */
final class BalanceReader {

    /** Written out for what is not on, so that an operator can say it over config. */
    private static final String OFF = "off";

    private BalanceReader() { }

    static Balance read(Fields service, Balance base) {
        Balance read = balance(service.value("balance"), base);
        Optional<Sticky> sticky = switchable(service.value("sticky"), base.sticky(), BalanceReader::sticky);
        Optional<SlowStart> slow =
                switchable(service.value("slowStart"), base.slowStart(), BalanceReader::slowStart);
        if (slow.isPresent() && read.by() == Strategy.CONSISTENT_HASH) {
            service.refuse("slowStart", "given beside balance consistent-hash",
                    "none there: keys would move with every step");
        }
        return new Balance(read.by(), read.hashing(), sticky, slow);
    }

    /** Puts the JSON that {@link #read} reads back, every key written out. */
    static JsonObject write(Balance balance, JsonObject into) {
        JsonObject sticky = balance.sticky().map(BalanceReader::write).orElse(null);
        JsonObject slow = balance.slowStart().map(BalanceReader::write).orElse(null);
        return into.put("balance", write(balance.by(), balance.hashing()))
                .put("sticky", sticky == null ? OFF : sticky)
                .put("slowStart", slow == null ? OFF : slow);
    }

    private static Balance balance(Optional<Value> value, Balance base) {
        if (value.isEmpty()) {
            return base;
        }
        String expected = "one of " + String.join(", ", Strategy.words()) + ", or an object with \"by\"";
        if (value.get().asText().isPresent() || !value.get().isObject()) {
            return Balance.of(value.get().word(Strategy::of, expected).orElse(base.by()));
        }
        Fields fields = value.get().object().orElseThrow();
        Strategy by = fields.required("by").flatMap(word -> word.word(Strategy::of)).orElse(base.by());
        Hashing fallback = base.hashing();
        Hashing hashing = new Hashing(
                fields.value("key").flatMap(BalanceReader::key).orElse(fallback.key()),
                fields.word("algorithm", Hashing.Algorithm::of).orElse(fallback.algorithm()),
                fields.fraction("boundedLoad", fallback.boundedLoad()));
        fields.done();
        return new Balance(by, hashing, Optional.empty(), Optional.empty());
    }

    private static Object write(Strategy by, Hashing hashing) {
        if (by != Strategy.CONSISTENT_HASH && hashing.equals(Hashing.DEFAULT)) {
            return by.word();
        }
        return new JsonObject().put("by", by.word()).put("key", hashing.key().text())
                .put("algorithm", hashing.algorithm().word()).put("boundedLoad", hashing.boundedLoad());
    }

    private static Optional<HashKey> key(Value value) {
        Optional<String> text = value.text(HashKey.FORMS);
        Optional<HashKey> key = text.flatMap(HashKey::of);
        if (text.isPresent() && key.isEmpty()) {
            value.refuse(HashKey.FORMS);
        }
        return key;
    }

    /** An object that switches it on, or {@code off}. */
    private static <T> Optional<T> switchable(Optional<Value> value, Optional<T> base,
            Function<Fields, Optional<T>> read) {
        if (value.isEmpty()) {
            return base;
        }
        if (value.get().is(OFF)) {
            return Optional.empty();
        }
        if (!value.get().isObject()) {
            value.get().refuse("\"off\" or an object");
            return base;
        }
        return value.get().object().flatMap(read);
    }

    private static Optional<Sticky> sticky(Fields fields) {
        String cookie = fields.textOrDefault("cookie");
        Optional<Duration> ttl = fields.optionalDuration("ttl");
        fields.done();
        return Optional.of(new Sticky(cookie, ttl));
    }

    private static JsonObject write(Sticky sticky) {
        JsonObject json = new JsonObject().put("cookie", sticky.cookie());
        sticky.ttl().ifPresent(ttl -> json.put("ttl", Durations.text(ttl)));
        return json;
    }

    private static Optional<SlowStart> slowStart(Fields fields) {
        Duration window = fields.required("window").map(Value::duration).orElse(Duration.ZERO);
        double aggression = fields.fraction("aggression", SlowStart.DEFAULT_AGGRESSION);
        fields.done();
        return Optional.of(new SlowStart(window, aggression));
    }

    private static JsonObject write(SlowStart slow) {
        return new JsonObject().put("window", Durations.text(slow.window()))
                .put("aggression", slow.aggression());
    }
}
