package dev.gyre.exchange;

import dev.gyre.config.Settings.ForwardingSettings;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import dev.gyre.listener.ClientConnection;
import dev.gyre.listener.ListenerPolicy;
import dev.gyre.loop.Loop;
import dev.gyre.loop.MemoryBudget;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Limits;
import dev.gyre.model.ServicePolicy;
import dev.gyre.tls.BackendContexts;
import dev.gyre.upstream.LoopPool;
import dev.gyre.upstream.Pools;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** An event loop with a client's connection and its request, and with a connection to a backend at rest. */
@State(Scope.Benchmark)
public class LiveLoop {

    /** As a browser sends it, without cookies. */
    static final String REQUEST = """
            GET /v1/users/17?fields=name HTTP/1.1\r
            Host: api500.example.com\r
            Connection: keep-alive\r
            User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r
            Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r
            Accept-Language: en-US,en;q=0.5\r
            Accept-Encoding: gzip, deflate\r
            \r
            """;

    private final Vertx vertx = Vertx.vertx();
    private final Origin backend = Origin.saying("hello");
    private final CompletableFuture<HttpServerRequest> arrived = new CompletableFuture<>();
    private Wire wire;
    private Loop loop;
    private ClientConnection client;
    private MultiMap headers;
    private RequestHead head;
    private LoopPool pool;
    private int port;

    private final class Server extends VerticleBase {

        @Override
        public Future<?> start() {
            loop = new Loop(vertx, context, 0, new MemoryBudget(), InstantSource.system());
            return vertx.createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(0)
                            .setHttp2ClearTextEnabled(false))
                    .connectionHandler(http -> new ClientConnections(ListenerState.of(
                            new ListenerPolicy(ForwardingSettings.DEFAULT, Limits.DEFAULT, "1"),
                            System::nanoTime, InstantSource.system(), turnedAway -> { }), loop,
                            finished -> { }).accept(http))
                    .requestHandler(request -> {
                        headers = request.headers();
                        head = RequestHead.of(request.method(), request.version(), request.uri(), headers,
                                false);
                        arrived.complete(request);
                        request.response().end();
                    })
                    .listen().onSuccess(server -> port = server.actualPort());
        }
    }

    @Setup(Level.Trial)
    public void start() throws Exception {
        vertx.deployVerticle(new Server()).await();
        wire = Wire.to(port);
        wire.write(REQUEST);
        arrived.get();
        BackendUrl url = BackendUrl.parse(backend.url());
        pool = new Pools(List.of(loop), failure -> { },
                BackendContexts.on(Runnable::run, InstantSource.system()))
                .adopt(new BackendId("web", url), ServicePolicy.DEFAULT).on(loop);
        Holding holding = new Holding();
        loop.execute(() -> holding.ask(pool));
        holding.connected().get();
        onLoop(holding::end);
    }

    @TearDown(Level.Trial)
    public void stop() throws Exception {
        wire.close();
        vertx.close().await();
        backend.close();
    }

    /** Runs on the loop, and returns when it is done. */
    void onLoop(Runnable task) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            task.run();
            done.complete(null);
        });
        done.get();
    }

    Loop loop() {
        return loop;
    }

    LoopPool pool() {
        return pool;
    }

    ClientConnection client() {
        return client;
    }

    MultiMap headers() {
        return headers;
    }

    RequestHead head() {
        return head;
    }
}
