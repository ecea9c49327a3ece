package dev.gyre.upstream;

import dev.gyre.gate.ListField;
import io.vertx.core.MultiMap;
import java.util.stream.Stream;

/** Reads the Cookie fields of a request (RFC 6265, section 5.4). */
final class Cookies {

    private Cookies() {
    }

    /**
     * The values of the cookies of that name as they stand, in their order: a client has one for each path
     * and domain that it was set for.
     */
    static Stream<String> values(MultiMap headers, String name) {
        return ListField.COOKIE.of(headers).stream()
                .filter(cookie -> cookie.startsWith(name)
                        && cookie.length() > name.length() && cookie.charAt(name.length()) == '=')
                .map(cookie -> cookie.substring(name.length() + 1).strip());
    }
}
