package dev.gyre;

import dev.gyre.api.AdminBus;
import dev.gyre.kit.Origin;
import dev.gyre.listener.AcceptFailures;
import dev.gyre.vertx.GuardedTransport;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;

/** A whole node inside the test's process: real sockets on free ports, its topology in memory. */
public final class GyreNode implements AutoCloseable {

    private final Vertx vertx;
    private final MainVerticle main;
    private final String deployment;
    /** What no handler has caught; Vert.x would log it, and go on. */
    private final Queue<Throwable> uncaught = new ConcurrentLinkedQueue<>();

    private GyreNode(Vertx vertx, MainVerticle main, String deployment) {
        this.vertx = vertx.exceptionHandler(uncaught::add);
        this.main = main;
        this.deployment = deployment;
    }

    /** The config as in a file; the ports default to free ones, the listener to loopback. */
    public static GyreNode start(JsonObject config) {
        JsonObject complete = new JsonObject()
                .put("listeners", new JsonArray()
                        .add(new JsonObject().put("host", "127.0.0.1").put("port", 0)))
                .put("admin", new JsonObject().put("port", 0))
                .put("instances", 2)
                .put("grace", "1s")
                .mergeIn(config);
        Vertx vertx = Vertx.builder().withTransport(
                GuardedTransport.around(Transports.choose().chosen(),
                        new AcceptFailures(System::nanoTime))).build();
        MainVerticle main = new MainVerticle(false);
        String deployment = vertx.deployVerticle(main, new DeploymentOptions().setConfig(complete)).await();
        return new GyreNode(vertx, main, deployment);
    }

    /** One service "web" with these backends and the given further keys, e.g. pool and timeouts. */
    public static GyreNode before(JsonObject service, Origin... origins) {
        JsonArray backends = new JsonArray();
        Arrays.stream(origins).forEach(origin -> backends.add(origin.url()));
        return start(new JsonObject().put("services",
                new JsonObject().put("web", service.copy().put("backends", backends))));
    }

    /** Keys of a service that lets a failure be seen as it is. */
    public static JsonObject oneTry() {
        return new JsonObject().put("retry", new JsonObject().put("attempts", 1));
    }

    public static GyreNode before(Origin... origins) {
        return before(new JsonObject(), origins);
    }

    /**
     * As above, with further keys of the node's own, e.g. forwarding, and with backends that are no origins.
     */
    public static GyreNode before(JsonObject node, JsonObject service, String... urls) {
        return start(node.copy().put("services", new JsonObject().put("web",
                service.copy().put("backends", new JsonArray(Arrays.asList(urls))))));
    }

    public int port() {
        return main.ports().get(0);
    }

    /** Of all listeners, in their order. */
    public List<Integer> ports() {
        return main.ports();
    }

    public int adminPort() {
        return main.adminPort();
    }

    /** Of the node itself, 16 hexadecimal digits. */
    public String id() {
        return command(new JsonObject().put("command", "node.list")).getJsonArray("nodes").getJsonObject(0)
                .getString("id");
    }

    /** Sends a command over the event bus and waits for the reply. */
    public JsonObject command(JsonObject command) {
        return vertx.eventBus().<JsonObject>request(AdminBus.ADDRESS, command).await().body();
    }

    /** What {@code backend.list} says of the only, or first, backend of service "web". */
    public JsonObject backend() {
        return command(new JsonObject().put("command", "backend.list").put("service", "web"))
                .getJsonArray("backends").getJsonObject(0);
    }

    /** One of the metrics of service "web", e.g. {@code retries_total}. */
    public double metric(String name) throws IOException {
        return sample("gyre_service_" + name + "{service=\"web\"}");
    }

    /** One of the metrics, with its labels. */
    public double sample(String name) throws IOException {
        String prefix = name + " ";
        try (InputStream metrics = URI.create("http://127.0.0.1:" + adminPort() + "/metrics").toURL()
                .openStream()) {
            return new String(metrics.readAllBytes(), StandardCharsets.UTF_8).lines()
                    .filter(line -> line.startsWith(prefix))
                    .mapToDouble(line -> Double.parseDouble(line.substring(prefix.length()))).findFirst()
                    .orElseThrow(() -> new AssertionError("no " + prefix));
        }
    }

    /** The samples of a counter that are not zero, by their labels. */
    public Map<String, Long> samples(String name) throws IOException {
        try (InputStream metrics = URI.create("http://127.0.0.1:" + adminPort() + "/metrics").toURL()
                .openStream()) {
            return new String(metrics.readAllBytes(), StandardCharsets.UTF_8).lines()
                    .filter(line -> line.startsWith(name + "{") && !line.endsWith(" 0"))
                    .collect(Collectors.toMap(line -> line.substring(name.length() + 1, line.indexOf('}')),
                            line -> Long.parseLong(line.substring(line.indexOf('}') + 2))));
        }
    }

    /** Stops in good order, as SIGTERM does. */
    public void stop() {
        vertx.undeploy(deployment).await();
    }

    @Override
    public void close() {
        vertx.close().await();
        if (!uncaught.isEmpty()) {
            AssertionError error = new AssertionError("uncaught on an event loop: " + uncaught.peek());
            uncaught.forEach(error::addSuppressed);
            throw error;
        }
    }
}
