package dev.gyre.admin;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * Lets in who may. With a token: who knows it. Without one the port stands on loopback, where the danger is a
 * page in a browser of this machine: it can make its own name point here (DNS rebinding), so that names other
 * than localhost are turned away.
 */
final class Guard {

    private static final String BEARER = "bearer ";

    private final Optional<String> token;

    Guard(Optional<String> token) {
        this.token = token;
    }

    void check(RoutingContext context) {
        if (token.isPresent()) {
            checkToken(context, token.get());
        } else if (isLocal(context.request())) {
            context.next();
        } else {
            Problem.answer(context, 421, "Host: " + context.request().getHeader(HttpHeaders.HOST)
                    + " (expected: localhost or an address, as no token is set)");
        }
    }

    private static void checkToken(RoutingContext context, String token) {
        String header = context.request().getHeader(HttpHeaders.AUTHORIZATION);
        boolean given = header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length());
        if (given && same(header.substring(BEARER.length()).strip(), token)) {
            context.next();
            return;
        }
        context.response().putHeader("WWW-Authenticate",
                given ? "Bearer realm=\"gyre\", error=\"invalid_token\"" : "Bearer realm=\"gyre\"");
        Problem.answer(context, 401, given ? "the token is not the one this node expects"
                : "a token is needed (expected: Authorization: Bearer …, the token of \"admin\" in the "
                + "config)");
    }

    /** Takes as long for a token that is wrong at its start as for one wrong at its end. */
    private static boolean same(String given, String expected) {
        return MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8),
                expected.getBytes(StandardCharsets.UTF_8));
    }

    private static boolean isLocal(HttpServerRequest request) {
        HostAndPort authority = request.authority();
        if (authority == null) {
            return false;
        }
        String host = authority.host();
        return host.equalsIgnoreCase("localhost") || host.matches("\\d{1,3}(\\.\\d{1,3}){3}")
                || host.startsWith("[") || host.indexOf(':') >= 0;
    }
}
