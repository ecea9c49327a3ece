package dev.gyre.upstream;

import dev.gyre.balancing.Hash64;
import dev.gyre.gate.ListField;
import dev.gyre.model.HashKey;
import dev.gyre.model.Peer;
import io.vertx.core.MultiMap;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** The hash by which a request is bound to a backend. */
final class RequestKey {

    private RequestKey() {
    }

    /** Of a request that lacks what is to be hashed: a random one, so that it may go anywhere. */
    static long of(HashKey key, String target, MultiMap headers, Peer client, RandomGenerator random) {
        Optional<String> value = switch (key.source()) {
            case HEADER -> Optional.ofNullable(headers.get(key.name()));
            case COOKIE -> Cookies.values(headers, key.name()).findFirst();
            case QUERY -> query(target, key.name());
            case CLIENT_ADDRESS -> Optional.of(client.trusted()
                    ? forwardedFor(headers, client.address()) : client.address());
        };
        return value.isPresent() ? Hash64.of(value.get()) : random.nextLong();
    }

    /** The last address named: whom the trusted peer itself has seen. */
    private static String forwardedFor(MultiMap headers, String peer) {
        List<String> named = ListField.X_FORWARDED_FOR.of(headers);
        return named.isEmpty() ? peer : named.get(named.size() - 1);
    }

    /** The first parameter of that name; both are taken as they are written, with their escapes. */
    private static Optional<String> query(String target, String name) {
        int from = target.indexOf('?') + 1;
        while (from > 0 && from < target.length()) {
            int ampersand = target.indexOf('&', from);
            int end = ampersand < 0 ? target.length() : ampersand;
            int value = from + name.length() + 1;
            if (value <= end && target.charAt(value - 1) == '=' && target.startsWith(name, from)) {
                return Optional.of(target.substring(value, end));
            }
            from = end + 1;
        }
        return Optional.empty();
    }
}
