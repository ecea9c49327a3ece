package dev.gyre.api;

import dev.gyre.config.Settings.AdminToken;
import dev.gyre.log.RateLimitedLog;
import dev.gyre.model.Role;
import dev.gyre.model.Sha256;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Checks the callers of the admin port. With tokens, a caller needs one, or a client certificate. Without
 * tokens the port is on loopback, where the danger is a page in a browser of this machine: it can make its
 * own name point here (DNS rebinding), so that names other than localhost are refused. In any case a page of
 * another site cannot change anything.
 */
final class Guard {

    private static final String CALLER = "gyre.caller";
    private static final String BEARER = "bearer ";
    /** Characters of a field that an error shows. */
    private static final int SHOWN = 200;

    private final List<AdminToken> tokens;
    private final Optional<AdminHttps> tls;
    private final WrongTokens wrong;
    private final LongSupplier nanos;
    private final Map<Refused, RateLimitedLog> lines = new EnumMap<>(Refused.class);

    /** The reasons of a refusal, each with the most lines in the audit log. */
    private enum Refused {
        SITE(403, "another site's page", Duration.ofMinutes(1)),
        NAME(421, "another name", Duration.ofMinutes(1)),
        /** A few wrong ones are mistakes; many are a search. */
        TOKEN(401, "the token is not one this node expects", Duration.ofSeconds(1));

        private final int status;
        private final String words;
        private final Duration every;

        Refused(int status, String words, Duration every) {
            this.status = status;
            this.words = words;
            this.every = every;
        }
    }

    Guard(List<AdminToken> tokens, Optional<AdminHttps> tls, LongSupplier nanos) {
        this.tokens = tokens;
        this.tls = tls;
        this.wrong = new WrongTokens(nanos);
        this.nanos = nanos;
        for (Refused refused : Refused.values()) {
            lines.put(refused, new RateLimitedLog(refused.every, nanos.getAsLong()));
        }
    }

    /** The caller that {@link #check} has admitted. */
    static Caller caller(RoutingContext context) {
        return context.get(CALLER);
    }

    void check(RoutingContext context) {
        Optional<String> foreign = foreignSite(context.request());
        if (foreign.isPresent()) {
            refuse(context, Refused.SITE, cut(foreign.get()) + " (expected: none, or that of this port)");
            return;
        }
        Optional<String> certificate = certificate(context);
        if (certificate.isPresent() && !presentsToken(context)) {
            letIn(context, Role.OPERATE, certificate.map(name -> "certificate " + Audit.quoted(name)));
        } else if (!tokens.isEmpty()) {
            checkToken(context);
        } else if (tls.isPresent() && tls.get().required()) {
            // Presented in the handshake, and not valid any more.
            Problem.answer(context, 401, "a client certificate is needed (expected: one that is valid now, "
                    + "signed by admin.tls.clients.ca of the config)");
        } else if (isLocal(context.request())) {
            letIn(context, Role.OPERATE, Optional.empty());
        } else {
            refuse(context, Refused.NAME, "Host: " + cut(context.request().getHeader(HttpHeaders.HOST))
                    + " (expected: localhost or an address, as no token is set)");
        }
    }

    /**
     * The origin of the page that sends this request, if it is another site. Reading is harmless: the page
     * does not get the answer.
     */
    private static Optional<String> foreignSite(HttpServerRequest request) {
        if (request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD) {
            return Optional.empty();
        }
        String site = request.getHeader("Sec-Fetch-Site");
        if (site != null && !site.equals("same-origin") && !site.equals("none")) {
            return Optional.of("Sec-Fetch-Site: " + site);
        }
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        String here = scheme(request) + "://" + request.getHeader(HttpHeaders.HOST);
        return Optional.ofNullable(origin)
                .filter(from -> !from.toLowerCase(Locale.ROOT).equals(here.toLowerCase(Locale.ROOT)))
                .map(from -> "Origin: " + from);
    }

    private Optional<String> certificate(RoutingContext context) {
        return tls.filter(AdminHttps::takesCertificates)
                .flatMap(files -> files.client(context.request().connection().sslSession()));
    }

    /** The token says more exactly who asks, and may be one that only reads. */
    private boolean presentsToken(RoutingContext context) {
        return !tokens.isEmpty() && context.request().headers().contains(HttpHeaders.AUTHORIZATION);
    }

    private void checkToken(RoutingContext context) {
        String header = context.request().getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null || !header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            context.response().putHeader("WWW-Authenticate", "Bearer realm=\"gyre\"");
            Problem.answer(context, 401, "a token is needed (expected: Authorization: Bearer …, a token of "
                    + "\"admin\" in the config" + (tls.filter(AdminHttps::takesCertificates).isPresent()
                    ? ", or a client certificate)" : ")"));
            return;
        }
        String address = address(context);
        Duration wait = wrong.wait(address);
        if (!wait.isZero()) {
            long seconds = wait.plusMillis(999).toSeconds();
            context.response().putHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
            Problem.answer(context, 429, "too many wrong tokens from " + address + ": wait " + seconds
                    + " s, until then none is looked at");
            return;
        }
        Optional<AdminToken> known = known(header.substring(BEARER.length()).strip());
        if (known.isPresent()) {
            wrong.right(address);
            letIn(context, known.get().role(), known.map(AdminToken::name)
                    .filter(name -> !name.equals(AdminToken.UNNAMED)).map(name -> "token " + name));
        } else {
            wrong.wrong(address);
            context.response().putHeader("WWW-Authenticate",
                    "Bearer realm=\"gyre\", error=\"invalid_token\"");
            refuse(context, Refused.TOKEN, Refused.TOKEN.words);
        }
    }

    private static void letIn(RoutingContext context, Role role, Optional<String> credential) {
        context.put(CALLER, new Caller(via(context), role, credential)).next();
    }

    private static String via(RoutingContext context) {
        return "via " + scheme(context.request()) + " from " + address(context);
    }

    private static String scheme(HttpServerRequest request) {
        return request.isSSL() ? "https" : "http";
    }

    private void refuse(RoutingContext context, Refused refused, String why) {
        lines.get(refused).happened(nanos.getAsLong()).ifPresent(more ->
                Audit.turnedAway(context.request().method().name(), context.request().path(),
                        via(context), refused.status + ": " + refused.words, more));
        Problem.answer(context, refused.status, why);
    }

    private static String cut(String text) {
        return text == null || text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }

    private static String address(RoutingContext context) {
        return context.request().remoteAddress().hostAddress();
    }

    /** Takes the same time wherever a token is wrong: its beginning, its end, its length. */
    private Optional<AdminToken> known(String given) {
        byte[] digest = Sha256.of(given);
        Optional<AdminToken> known = Optional.empty();
        for (AdminToken token : tokens) {
            if (MessageDigest.isEqual(digest, Sha256.of(token.secret()))) {
                known = Optional.of(token);
            }
        }
        return known;
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
