package dev.gyre.exchange;

import dev.gyre.gate.ListField;
import dev.gyre.gate.ReservedNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.vertx.core.MultiMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Passes trailers on. They may say nothing about framing, routing, authentication, content, or what happens
 * to the message (RFC 9110, section 6.5.1): a recipient that has acted on the head must not get another one.
 */
final class Trailers {

    private static final Set<String> OF_HEADS_ONLY = Set.of(
            "content-length", "trailer", "host", "via", "date", "expect", "max-forwards", "forwarded",
            "x-real-ip", "set-cookie", "set-cookie2", "cookie", "cookie2", "authorization",
            "www-authenticate", "authentication-info", "proxy-authentication-info", "content-encoding",
            "content-type", "content-range", "content-language", "content-location", "content-disposition",
            "content-security-policy", "strict-transport-security", "age", "cache-control", "expires",
            "location", "refresh", "retry-after", "vary", "warning", "pragma", "last-modified", "allow",
            "accept-ranges", "alt-svc", "range", "if-match", "if-none-match", "if-modified-since",
            "if-unmodified-since", "if-range", "origin", "referer", "user-agent");

    private Trailers() {
    }

    /**
     * @param from what came after the body
     * @param head the fields before it, whose Connection may name some that stay on their connection
     */
    static void write(MultiMap from, HttpHeaders head, MultiMap to) {
        if (from.isEmpty()) {
            return;
        }
        Set<String> nominated = HopByHop.nominated(ListField.CONNECTION.lines(head));
        for (Map.Entry<String, String> field : from) {
            String name = field.getKey();
            if (mayFollow(name) && !HopByHop.contains(nominated, name)) {
                to.add(name, field.getValue());
            }
        }
    }

    private static boolean mayFollow(String name) {
        String lowerCase = name.toLowerCase(Locale.ROOT);
        return !ReservedNames.hopByHop(lowerCase) && !OF_HEADS_ONLY.contains(lowerCase)
                && !ReservedNames.xForwarded(lowerCase) && !lowerCase.startsWith("access-control-");
    }
}
