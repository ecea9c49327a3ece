package dev.gyre.proxy;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.Optional;

/** Reads the Cookie fields of a request (RFC 6265, section 5.4). */
final class Cookies {

    private Cookies() {
    }

    /** The value of the first cookie of that name, as it stands. */
    static Optional<String> value(MultiMap headers, String name) {
        for (String field : headers.getAll(HttpHeaders.COOKIE)) {
            int from = 0;
            while (from < field.length()) {
                int semicolon = field.indexOf(';', from);
                int end = semicolon < 0 ? field.length() : semicolon;
                while (from < end && field.charAt(from) == ' ') {
                    from++;
                }
                int value = from + name.length() + 1;
                if (value <= end && field.charAt(value - 1) == '=' && field.startsWith(name, from)) {
                    return Optional.of(field.substring(value, end).strip());
                }
                from = end + 1;
            }
        }
        return Optional.empty();
    }
}
