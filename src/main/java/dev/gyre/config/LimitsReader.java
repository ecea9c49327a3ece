package dev.gyre.config;

import dev.gyre.model.Limits;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The config's key {@code limits}. */
final class LimitsReader {

    /** As far as the units go. */
    static final long LARGEST_BODY = 999_999_999L << 30;
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final int MOST_CONNECTIONS = 10_000_000;
    private static final int MOST_REQUESTS = 1_000_000_000;

    private LimitsReader() { }

    static Limits limits(Fields top) {
        Limits base = Limits.DEFAULT;
        Fields fields = top.object("limits");
        Limits limits = new Limits(
                number(fields, "connections", MOST_CONNECTIONS),
                number(fields, "connectionsPerAddress", MOST_CONNECTIONS),
                number(fields, "requestsPerConnection", MOST_REQUESTS),
                (int) bytes(fields, "requestLine", 256, 64 << 10, base.requestLine()),
                (int) bytes(fields, "headers", 1 << 10, 1 << 20, base.headers()),
                fields.integer("headerCount", 1, 10_000, base.headerCount()),
                fields.duration("head", SHORTEST, base.head()),
                fields.duration("idle", SHORTEST, base.idle()),
                bytes(fields, "minRate", 0, 1 << 30, base.minRate()),
                fields.duration("minRateBurst", SHORTEST, base.minRateBurst()),
                maxBody(fields), fields.flag("halfClose", base.halfClose()));
        fields.done();
        return limits;
    }

    /** Of a route, or of all that set none. */
    static OptionalLong maxBody(Fields fields) {
        return fields.value("maxBody").map(value -> value.bytes(0, LARGEST_BODY, LARGEST_BODY))
                .map(OptionalLong::of).orElse(OptionalLong.empty());
    }

    private static long bytes(Fields fields, String key, long min, long max, long fallback) {
        return fields.value(key).map(value -> value.bytes(min, max, fallback)).orElse(fallback);
    }

    private static OptionalInt number(Fields fields, String key, int max) {
        return fields.value(key).map(value -> OptionalInt.of(value.integer(1, max, 1)))
                .orElse(OptionalInt.empty());
    }
}
