package dev.gyre.upstream;

import dev.gyre.model.HashKey;
import dev.gyre.model.Peer;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.util.Optional;

/** What a test of fields may ask of those that selection reads. */
public final class SelectionAccess {

    private SelectionAccess() {
    }

    /** The first cookie of that name. */
    public static Optional<String> cookie(MultiMap headers, String name) {
        return Cookies.values(headers, name).findFirst();
    }

    public static Optional<Duration> retryAfter(int status, MultiMap headers) {
        return RetryAfter.of(status, headers);
    }

    /** @param chance the key of a request that has none */
    public static long hash(HashKey key, String target, MultiMap headers, Peer client, long chance) {
        return RequestKey.of(key, target, headers, client, () -> chance);
    }
}
