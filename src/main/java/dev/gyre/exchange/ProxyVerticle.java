package dev.gyre.exchange;

import dev.gyre.config.Listener;
import dev.gyre.listener.EntryStep;
import dev.gyre.listener.UnixSockets;
import dev.gyre.loop.Loop;
import dev.gyre.loop.MemoryBudget;
import dev.gyre.model.BindFailure;
import dev.gyre.vertx.AcceptedChannel;
import dev.gyre.vertx.GuardedTransport;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.net.NetServer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** The proxy on one event loop. All instances listen on the same ports; Vert.x spreads the connections. */
final class ProxyVerticle extends VerticleBase {

    /** What the verticles of a node have in common. */
    interface Shared extends ProxyLoop.Shared {

        MemoryBudget memory();

        InstantSource clock();

        /** The clock that requests are timed by. */
        LongSupplier nanos();

        /** Dice of its own for each loop. */
        RandomGenerator random();

        /** What connections of this listener pass before their first request; the same on all loops. */
        List<EntryStep> entry(Listener listener);

        /** This verticle has an event loop to serve requests on. */
        void joined(ProxyVerticle verticle);

        UnixSockets sockets();

        /** The node begins to stop. */
        void stopping();

        /** How long requests in flight may take to finish then. */
        Duration grace();
    }

    /** Ample time to take from the kernel the connections that it has accepted. */
    private static final long ACCEPTING_MILLIS = 100;

    /** For the last answers to go out. */
    private static final long FAREWELL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Shared node;
    private final int index;
    private final List<NetServer> servers = new ArrayList<>();
    private ProxyLoop loop;

    ProxyVerticle(Shared node, int index) {
        this.node = node;
        this.index = index;
    }

    @Override
    public Future<?> start() {
        loop = new ProxyLoop(node, new Loop(vertx, context, index, node.memory(), node.clock(),
                node.nanos()), node.random());
        node.joined(this);
        return Future.succeededFuture();
    }

    Loop loop() {
        return loop.loop();
    }

    /**
     * Begins to take requests.
     *
     * @return the ports, in the order of the listeners
     */
    Future<List<Integer>> listen(List<Listener> listeners) {
        Promise<List<Integer>> ports = Promise.promise();
        context.runOnContext(v -> {
            List<Future<NetServer>> bound = new ArrayList<>();
            for (int i = 0; i < listeners.size(); i++) {
                Listener listener = listeners.get(i);
                // To Vert.x a negative port is a free one, which servers with the same negative number share.
                int port = listener.port() == 0 ? -1 - i : listener.port();
                NetServer server = server(listener);
                bound.add((listener.unix().isPresent() ? server.listen(node.sockets().bound(listener))
                        : server.listen(port, listener.host()))
                        .recover(e -> Future.failedFuture(
                                "listener " + listener + ": " + BindFailure.words(e))));
            }
            Future.all(bound).map(all -> bound.stream().map(f -> f.result().actualPort()).toList())
                    .onComplete(ports);
        });
        return ports.future();
    }

    private NetServer server(Listener listener) {
        // The next socket that this context listens on is this one.
        GuardedTransport.guard(context, port -> node.listening().admission().guard(port, listener));
        List<EntryStep> entry = node.entry(listener);
        NetServer server = vertx.createNetServer();
        server.connectHandler(
                accepted -> loop.clients().accept(AcceptedChannel.take(accepted), listener, entry));
        servers.add(server);
        return server;
    }

    /** Makes a new view live on this loop also when no request comes. */
    void refresh() {
        loop.loop().execute(loop::view);
    }

    /**
     * Lets the clients go: each answer from now on ends its connection, idle connections are closed after a
     * moment. New connections are still served for a while, for load balancers in front take a moment to
     * notice; then the ports are closed, and what is left has until the end of the grace time.
     */
    @Override
    public Future<?> stop() {
        loop.clients().stop();
        node.stopping();
        long begun = System.nanoTime();
        Duration grace = node.grace();
        // Early enough for both sides to have closed before the time is up.
        vertx.setTimer(Math.max(1, grace.toMillis() / 2), timer -> loop.endTunnels());
        return quiet(5, begun + grace.dividedBy(3).toNanos())
                .compose(v -> vertx.executeBlocking(() -> {
                    node.sockets().remove();
                    return null;
                }))
                .compose(v -> {
                    loop.clients().refuseNew();
                    return vertx.timer(ACCEPTING_MILLIS, TimeUnit.MILLISECONDS);
                })
                .compose(v -> loop.clients().closePorts())
                .compose(v -> onLoop(() -> end(begun + grace.toNanos())));
    }

    private Future<Void> end(long until) {
        return quiet(2, until)
                // Requests not sent on yet are answered, so that their clients can try elsewhere.
                .compose(v -> loop.giveUp() ? quiet(1, System.nanoTime() + FAREWELL_NANOS)
                        : Future.succeededFuture())
                .compose(v -> {
                    // Vert.x would wait without end for a client that does not take the last of its answer.
                    loop.clients().abort();
                    return Future.all(servers.stream().map(NetServer::close).toList());
                })
                .mapEmpty();
    }

    /**
     * The end of a port arrives on the thread that accepted for all loops, and so would the steps composed
     * after a future that is complete by then. So the next step starts on this loop again.
     */
    private Future<Void> onLoop(Supplier<Future<Void>> next) {
        Promise<Void> done = Promise.promise();
        context.runOnContext(v -> next.get().onComplete(done));
        return done.future();
    }

    private Future<Void> quiet(int ticks, long until) {
        Promise<Void> quiet = Promise.promise();
        await(quiet, ticks, until, 0);
        return quiet.future();
    }

    /** Completes when no client was connected for so many ticks of 20 ms, or when it is time. */
    private void await(Promise<Void> quiet, int ticks, long until, int quietTicks) {
        if (quietTicks >= ticks || System.nanoTime() - until >= 0) {
            quiet.complete();
            return;
        }
        int next = loop.clients().count() == 0 ? quietTicks + 1 : 0;
        vertx.setTimer(20, timer -> await(quiet, ticks, until, next));
    }
}
