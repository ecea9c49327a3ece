package dev.gyre.admin;

import dev.gyre.config.Settings.AdminSettings;
import dev.gyre.model.HttpDate;
import dev.gyre.registry.CommandRefused;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The door over HTTP: commands, what can be read, liveness, readiness and metrics. */
public final class AdminServer {

    static final long MAX_BODY = 1 << 20;
    private static final Logger LOG = LoggerFactory.getLogger("gyre.admin");
    private static final Map<String, String> READABLE = new TreeMap<>(Map.of(
            "/api/backends", "backend.list", "/api/services", "service.list", "/api/routes", "route.list",
            "/api/topology", "topology.get", "/api/nodes", "node.list", "/api/cluster", "cluster.status",
            "/api/history", "history", "/api/diff", "diff"));

    private final CommandHandler handler;
    private final Metrics metrics;
    private final Supplier<Readiness> ready;
    private final HttpServer server;

    private AdminServer(Vertx vertx, AdminSettings settings, CommandHandler handler, Metrics metrics,
                        Supplier<Readiness> ready, AdminClocks clocks) {
        this.handler = handler;
        this.metrics = metrics;
        this.ready = ready;
        AdminConnections connections =
                new AdminConnections(vertx, AdminConnections.Bounds.DEFAULT, clocks.nanos());
        // With HTTP/2 a connection would be told of only when something has come over it.
        this.server = vertx.createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(false)
                .setHost(settings.host()).setPort(settings.port()))
                .connectionHandler(connections::opened)
                .requestHandler(router(connections, new Guard(settings.tokens(), clocks.nanos()),
                        new HttpDate(clocks.wall()), vertx));
    }

    /**
     * Opens the port; fails with {@link AdminUnavailable} when it cannot.
     *
     * @param ready whether this node wants new requests from a load balancer before it
     */
    public static Future<AdminServer> start(Vertx vertx, AdminSettings settings, CommandHandler handler,
                                            Metrics metrics, Supplier<Readiness> ready, AdminClocks clocks) {
        AdminServer admin = new AdminServer(vertx, settings, handler, metrics, ready, clocks);
        return admin.server.listen().map(admin).recover(failure ->
                Future.failedFuture(new AdminUnavailable("admin " + address(settings) + ": "
                        + reason(failure))));
    }

    /** The port in use, also where the settings leave it open. */
    public int port() {
        return server.actualPort();
    }

    public Future<Void> close() {
        return server.close();
    }

    private Router router(AdminConnections connections, Guard guard, HttpDate date, Vertx vertx) {
        Router router = Router.router(vertx);
        router.route().handler(context -> {
            context.response().putHeader(HttpHeaders.DATE, date.now());
            context.next();
        });
        router.route().handler(connections::requested);
        router.get("/live").handler(context -> text(context, 200, "live\n"));
        router.get("/ready").handler(context -> {
            Readiness now = ready.get();
            text(context, now.ready() ? 200 : 503, now.text());
        });
        router.route().handler(context -> {
            // What is told here is for the caller, now: no cache keeps it, no browser takes it for a page.
            context.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                    .putHeader("X-Content-Type-Options", "nosniff");
            guard.check(context);
        });
        router.get("/metrics").handler(this::metrics);
        READABLE.forEach((path, command) -> router.get(path).handler(context -> read(context, command)));
        // Two routes, for within one the body would be read before its type is looked at.
        router.post("/api/commands").handler(AdminServer::requireJson);
        router.post("/api/commands")
                .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY)).handler(this::command)
                .failureHandler(AdminServer::ignoreWhoLeft);
        router.errorHandler(404,
                context -> Problem.answer(context, 404, "nothing at " + context.request().path()
                + " (there are: POST /api/commands, GET " + String.join(", ", READABLE.keySet())
                + ", /live, /ready, /metrics)"));
        router.errorHandler(405, context -> Problem.answer(context, 405, context.request().method() + " "
                + context.request().path() + " (expected: "
                + (context.request().path().equals("/api/commands") ? "POST" : "GET") + ")"));
        router.errorHandler(413, context -> Problem.answer(context, 413, "the body is larger than 1 MB"));
        router.errorHandler(400, context -> Problem.answer(context, 400, "the request cannot be read"));
        router.errorHandler(500, context -> {
            LOG.error("{} {} failed", context.request().method(), context.request().path(),
                    context.failure());
            Problem.answer(context, 500, "the request failed inside the node; its log says why");
        });
        return router;
    }

    /**
     * A browser sends this type across sites only after asking, and nobody answers that question with yes.
     */
    private static void requireJson(RoutingContext context) {
        String type = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
        String bare = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (bare.equals("application/json")) {
            context.next();
        } else {
            Problem.answer(context, 415, "Content-Type: " + (type == null ? "missing" : type)
                    + " (expected: application/json)");
        }
    }

    /** The router would tell of a failure, but nothing failed, and nobody is there who could be answered. */
    private static void ignoreWhoLeft(RoutingContext context) {
        if (!(context.failure() instanceof HttpClosedException)) {
            context.next();
        }
    }

    private void command(RoutingContext context) {
        Buffer body = context.body().buffer();
        try {
            if (body != null && body.toJsonValue() instanceof JsonObject command) {
                answer(context, command);
                return;
            }
        } catch (DecodeException e) {
            LOG.debug("a body is no JSON: {}", e.getMessage());
        }
        Problem.answer(context, 400,
                "the body is no JSON object (expected: {\"command\":\"backend.list\"} or the like)");
    }

    private void read(RoutingContext context, String name) {
        JsonObject command = new JsonObject().put(CommandHandler.COMMAND, name);
        context.queryParams().forEach(parameter -> command.put(parameter.getKey(), parameter.getValue()));
        answer(context, command.put(CommandHandler.COMMAND, name));
    }

    private void answer(RoutingContext context, JsonObject command) {
        handler.handle(command, Guard.caller(context)).onComplete(reply -> {
            if (!context.response().closed()) {
                context.response().putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                        .end(reply.encode());
            }
        }, failure -> Problem.answer(context, ((CommandRefused) failure).code(), failure.getMessage()));
    }

    private void metrics(RoutingContext context) {
        metrics.text().onComplete(text -> context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, Exposition.CONTENT_TYPE).end(text), context::fail);
    }

    private static void text(RoutingContext context, int status, String text) {
        context.response().setStatusCode(status).putHeader(HttpHeaders.CONTENT_TYPE, "text/plain").end(text);
    }

    private static String address(AdminSettings settings) {
        return (settings.host().indexOf(':') >= 0 ? "[" + settings.host() + "]" : settings.host())
                + ":" + settings.port();
    }

    private static String reason(Throwable failure) {
        String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        if (message.contains("in use")) {
            return "address already in use";
        }
        if (message.contains("permission denied")) {
            return "permission denied (ports below 1024 need a privilege)";
        }
        return message.contains("cannot assign") ? "this machine has no such address" : failure.getMessage();
    }
}
