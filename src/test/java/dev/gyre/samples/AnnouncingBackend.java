package dev.gyre.samples;

import dev.gyre.cluster.BusMember;
import dev.gyre.cluster.SignedCommand;
import dev.gyre.config.Settings.ClusterSettings;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A backend that stands in nobody's config: it announces itself over the cluster's event bus, renews that
 * three times within its ttl, and leaves before it stops, without a request lost. To be copied; it needs
 * {@code gyre.jar} on its class path.
 */
public final class AnnouncingBackend extends VerticleBase {

    private static final int TTL_SECONDS = 10;
    private static final int LEAVE_SECONDS = 30;

    private final String host;
    private final SignedCommand signer;
    private HttpServer server;
    private long renewals = -1;

    /**
     * @param host   an address of this machine that all nodes reach
     * @param signer for {@code cluster.secret} and {@code cluster.name} of the nodes
     */
    public AnnouncingBackend(String host, SignedCommand signer) {
        this.host = host;
        this.signer = signer;
    }

    /** Own address, then an address of a node; the secret comes from the environment. */
    public static void main(String[] args) {
        Optional<String> secret = Optional.ofNullable(System.getenv("GYRE_CLUSTER_SECRET"));
        ClusterSettings cluster = new ClusterSettings("gyre", args[0], 5701, 15701, List.of(args[1]), secret,
                Optional.empty());
        SignedCommand signer = SignedCommand.signer(secret, cluster.name(), InstantSource.system());
        BusMember.join(cluster)
                .compose(vertx -> {
                    Runtime.getRuntime().addShutdownHook(new Thread(() -> vertx.close().await()));
                    return vertx.deployVerticle(new AnnouncingBackend(args[0], signer));
                })
                .onFailure(failure -> {
                    System.err.println(failure.getMessage());
                    System.exit(1);
                });
    }

    @Override
    public Future<?> start() {
        return vertx.createHttpServer()
                .requestHandler(request -> request.response().end("hello from one that came by itself\n"))
                .listen(0, host)
                .onSuccess(listening -> server = listening)
                .compose(listening -> announce())
                .onSuccess(announced -> renewals = vertx.setPeriodic(TTL_SECONDS * 1_000 / 3,
                        timer -> announce().onFailure(failure ->
                                System.err.println("not renewed: " + failure.getMessage()))));
    }

    private Future<?> announce() {
        return send(command("backend.announce").put("ttl", TTL_SECONDS + "s"));
    }

    /** Leaves, and closes only when no node has a request in flight here any more. */
    @Override
    public Future<?> stop() {
        vertx.cancelTimer(renewals);
        return send(command("backend.leave").put("wait", true).put("timeout", LEAVE_SECONDS + "s"))
                .eventually(() -> server.shutdown(1, TimeUnit.SECONDS));
    }

    private JsonObject command(String name) {
        return new JsonObject().put("command", name).put("service", "web")
                .put("url", "http://" + host + ":" + server.actualPort());
    }

    private Future<?> send(JsonObject command) {
        return vertx.eventBus().request("gyre.admin", signer.sign(command),
                new DeliveryOptions().setSendTimeout((LEAVE_SECONDS + 5) * 1_000L));
    }
}
