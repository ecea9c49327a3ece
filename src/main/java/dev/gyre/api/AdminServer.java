package dev.gyre.api;

import dev.gyre.config.Settings.AdminSettings;
import dev.gyre.model.BindFailure;
import dev.gyre.model.HttpDate;
import dev.gyre.registry.CommandRefused;
import dev.gyre.tls.CertificateWatch;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The admin port: commands, listings, liveness, readiness and metrics over HTTP. */
public final class AdminServer {

    static final long MAX_BODY = 1 << 20;
    /** Bytes of all request bodies at a time. */
    static final long MAX_BODIES = 8 * MAX_BODY;
    /** The fields that decide whether a request is served; each may appear once only. */
    private static final List<String> SINGLE =
            List.of("Host", "Authorization", "Content-Type", "Origin", "Sec-Fetch-Site");
    /**
     * Bytes written at a time; a listing of 100,000 backends has 40 MB, and other requests come meanwhile.
     */
    private static final int SLICE = 128 * 1024;
    /** Characters of a path that an error shows. */
    private static final int SHOWN = 200;
    private static final Logger LOG = LoggerFactory.getLogger("gyre.admin");
    private static final String JSON = "application/json";
    private static final String PLAIN = "text/plain";
    private static final String COMMANDS = "/api/commands";
    private static final Map<String, String> READABLE = new TreeMap<>(Map.of(
            "/api/backends", "backend.list", "/api/services", "service.list", "/api/routes", "route.list",
            "/api/topology", "topology.get", "/api/nodes", "node.list", "/api/cluster", "cluster.status",
            "/api/history", "history", "/api/diff", "diff"));

    private final Context loop;
    private final CommandHandler handler;
    private final Metrics metrics;
    private final Supplier<Readiness> ready;
    private final HttpServer server;

    private AdminServer(Vertx vertx, AdminSettings settings, Optional<AdminHttps> tls,
                        CommandHandler handler, Node node, AdminClocks clocks) {
        this.loop = vertx.getOrCreateContext();
        this.handler = handler;
        this.metrics = node.metrics();
        this.ready = node.ready();
        AdminConnections connections =
                new AdminConnections(vertx, AdminConnections.Bounds.DEFAULT, clocks.nanos());
        // With HTTP/2 a connection would be reported only after its first bytes.
        HttpServerOptions options = new HttpServerOptions().setHttp2ClearTextEnabled(false)
                .setHost(settings.host()).setPort(settings.port());
        this.server = vertx.createHttpServer(tls.isPresent() ? tls.get().in(options) : options)
                .connectionHandler(connections::opened).exceptionHandler(connections::broken)
                .requestHandler(router(connections, new Guard(settings.tokens(), tls, clocks.nanos()),
                        new HttpDate(clocks.wall()), vertx));
    }

    /** What the port shows of its node. */
    private record Node(Metrics metrics, Supplier<Readiness> ready) {
    }

    /**
     * Opens the port on the calling context, whose event loop does no other long work, so that liveness and
     * readiness are answered at any time. Fails with {@link AdminUnavailable}.
     *
     * @param certificates what the port presents, if it has TLS
     * @param ready        whether this node wants new requests from a load balancer
     */
    public static Future<AdminServer> start(Vertx vertx, AdminSettings settings,
                                            CertificateWatch certificates, CommandHandler handler,
                                            Metrics metrics, Supplier<Readiness> ready, AdminClocks clocks) {
        AdminServer admin = new AdminServer(vertx, settings, AdminHttps.of(settings, certificates), handler,
                new Node(metrics, ready), clocks);
        return CommandThreads.on(admin.loop, admin.server::listen).map(admin).recover(failure ->
                Future.failedFuture(new AdminUnavailable("admin " + address(settings) + ": "
                        + BindFailure.words(failure))));
    }

    /** The port in use, also if the settings leave it open. */
    public int port() {
        return server.actualPort();
    }

    public Future<Void> close() {
        // Closing its connections takes tasks on its event loop, which Vert.x is about to stop.
        return server.close().compose(v -> CommandThreads.on(loop, Future::succeededFuture));
    }

    private Router router(AdminConnections connections, Guard guard, HttpDate date, Vertx vertx) {
        Router router = Router.router(vertx);
        router.route().handler(context -> {
            context.response().putHeader(HttpHeaders.DATE, date.now());
            context.next();
        });
        router.route().handler(connections::requested);
        router.route().handler(AdminServer::requireSingleFields);
        get(router, "/live", context -> text(context, 200, "live\n"));
        get(router, "/ready", context -> ready(context, ready.get()));
        router.route().handler(context -> {
            // Replies must not be cached, and a browser must not show them as a page.
            context.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                    .putHeader("X-Content-Type-Options", "nosniff");
            guard.check(context);
        });
        get(router, "/metrics", context -> {
            Exposition.Format format = Exposition.Format.of(context.parsedHeaders().accept());
            answer(context, format.contentType(), handler.exposed(metrics, format));
        });
        READABLE.forEach((path, command) -> get(router, path, context -> read(context, command)));
        // Separate routes: otherwise the body would be read before its type and size are checked.
        router.post(COMMANDS).handler(AdminServer::requireJson);
        router.post(COMMANDS).handler(new LargeBodies(MAX_BODIES, MAX_BODY));
        router.post(COMMANDS)
                .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY)).handler(this::command)
                .failureHandler(AdminServer::ignoreWhoLeft);
        router.route(COMMANDS).handler(context -> refuseMethod(context, "POST"));
        router.errorHandler(404,
                context -> Problem.answer(context, 404, "nothing at " + shown(context)
                + " (there are: POST /api/commands, GET " + String.join(", ", READABLE.keySet())
                + ", /live, /ready, /metrics)"));
        router.errorHandler(413, context -> Problem.answer(context, 413, "the body is larger than 1 MB"));
        router.errorHandler(400, context -> Problem.answer(context, 400, "the request cannot be read"));
        router.errorHandler(500, context -> {
            LOG.error("admin: request failed method={} path={}", context.request().method(), shown(context),
                    context.failure());
            Problem.answer(context, 500, "the request failed inside the node; its log says why");
        });
        return router;
    }

    private static void get(Router router, String path, Handler<RoutingContext> handler) {
        router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD).handler(handler);
        // Not left to the router: it forgets that a path was known if a later route matches all paths.
        router.route(path).handler(context -> refuseMethod(context, "GET, HEAD"));
    }

    private static void refuseMethod(RoutingContext context, String allowed) {
        context.response().putHeader(HttpHeaders.ALLOW, allowed);
        Problem.answer(context, 405, context.request().method() + " " + shown(context) + " (expected: "
                + allowed + ")");
    }

    private static String shown(RoutingContext context) {
        String path = context.request().path();
        return path.length() > SHOWN ? path.substring(0, SHOWN) + "…" : path;
    }

    /** Two lines of such a field are ambiguous (RFC 9110, section 5.3). */
    private static void requireSingleFields(RoutingContext context) {
        for (String field : SINGLE) {
            // The router has refused HTTP/1.1 without Host.
            int count = context.request().headers().getAll(field).size();
            if (count > 1) {
                context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
                context.addEndHandler(answered -> context.request().connection().close());
                Problem.answer(context, 400, field + ": " + count + " of them (expected: one)");
                return;
            }
        }
        context.next();
    }

    /**
     * A browser sends this type across sites only after asking, and nobody answers that question with yes.
     */
    private static void requireJson(RoutingContext context) {
        String type = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
        String bare = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (bare.equals(JSON)) {
            context.next();
        } else {
            Problem.answer(context, 415, "Content-Type: " + (type == null ? "missing" : type)
                    + " (expected: application/json)");
        }
    }

    /** The router would report a failure, but nothing failed, and the client has gone. */
    private static void ignoreWhoLeft(RoutingContext context) {
        if (!(context.failure() instanceof HttpClosedException)) {
            context.next();
        }
    }

    private void command(RoutingContext context) {
        answer(context, JSON, handler.handle(context.body().buffer(), Guard.caller(context)));
    }

    private void read(RoutingContext context, String name) {
        JsonObject command = new JsonObject().put(CommandHandler.COMMAND, name);
        for (Map.Entry<String, String> parameter : context.queryParams()) {
            if (command.containsKey(parameter.getKey())) {
                Problem.answer(context, 400, "a parameter is given twice, or is \"command\""
                        + " (expected: each once)");
                return;
            }
            command.put(parameter.getKey(), parameter.getValue());
        }
        answer(context, JSON, handler.encoded(handler.handle(command, Guard.caller(context))));
    }

    private void answer(RoutingContext context, String type, Future<Buffer> reply) {
        CommandThreads.back(loop, reply).onComplete(text -> {
            HttpServerResponse response = context.response();
            if (!response.closed()) {
                response.putHeader(HttpHeaders.CONTENT_TYPE, type)
                        .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(text.length()));
                if (context.request().method() == HttpMethod.HEAD) {
                    response.end();
                } else {
                    write(response, text, 0);
                }
            }
        }, failure -> {
            if (failure instanceof CommandRefused refusal) {
                Problem.answer(context, refusal.code(), refusal.getMessage());
            } else {
                context.fail(failure);
            }
        });
    }

    /** Writes as much as the connection takes, and the rest when it has room again. */
    private static void write(HttpServerResponse response, Buffer text, int from) {
        int at = from;
        while (text.length() - at > SLICE) {
            if (response.closed()) {
                return;
            }
            if (response.writeQueueFull()) {
                int next = at;
                response.drainHandler(v -> write(response, text, next));
                return;
            }
            response.write(text.slice(at, at + SLICE));
            at += SLICE;
        }
        response.drainHandler(null);
        response.end(text.slice(at, text.length()));
    }

    private static void ready(RoutingContext context, Readiness now) {
        context.response().putHeader("Gyre-Capacity", now.capacity() + "%");
        if (context.queryParam("as").contains("haproxy-agent")) {
            context.response().setStatusMessage(now.agentWords());
        }
        Optional<String> wanted = context.parsedHeaders().accept().stream()
                .filter(accepted -> accepted.weight() > 0)
                .map(accepted -> accepted.component() + '/' + accepted.subComponent())
                .map(type -> type.toLowerCase(Locale.ROOT))
                .filter(type -> type.equals(JSON) || type.equals(PLAIN)).findFirst();
        if (wanted.equals(Optional.of(JSON))) {
            body(context, now.status(), JSON, now.toJson().toBuffer());
        } else {
            text(context, now.status(), now.text());
        }
    }

    private static void text(RoutingContext context, int status, String text) {
        body(context, status, PLAIN, Buffer.buffer(text));
    }

    private static void body(RoutingContext context, int status, String type, Buffer body) {
        // Written here, because Vert.x leaves the length out of an answer to HEAD.
        context.response().setStatusCode(status).putHeader(HttpHeaders.CONTENT_TYPE, type)
                .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length())).end(body);
    }

    private static String address(AdminSettings settings) {
        return (settings.host().indexOf(':') >= 0 ? "[" + settings.host() + "]" : settings.host())
                + ":" + settings.port();
    }
}
