package dev.gyre.exchange;

import dev.gyre.config.Settings.ForwardingSettings;
import dev.gyre.gate.Claim;
import dev.gyre.gate.KnownNames;
import dev.gyre.gate.RequestDecoder;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Origin;
import dev.gyre.model.Route;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Topology;
import dev.gyre.routing.RoutingTable;
import dev.gyre.tls.BackendContexts;
import dev.gyre.upstream.LoopLine;
import dev.gyre.upstream.LoopPool;
import dev.gyre.upstream.Pools;
import dev.gyre.upstream.SelectionContext;
import dev.gyre.upstream.ServiceRuntime;
import dev.gyre.upstream.ServiceView;
import dev.gyre.upstream.StickyKey;
import dev.gyre.upstream.hold.ServiceHold;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.MultiMap;
import io.vertx.core.http.Http1ServerConfig;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What each request passes through, piece by piece: nanoseconds and, by {@code -prof gc}, bytes of each. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class HotPath {

    private static final int ROUTES = 1000;
    private static final int BACKENDS = 20;
    private static final int BATCH = 1000;
    private static final int FIELDS = 100;
    private static final ToBackend TO_BACKEND = new ToBackend(ForwardingSettings.DEFAULT, new Via("1"));

    private final ByteBuf request = Unpooled.unreleasableBuffer(
            Unpooled.copiedBuffer(LiveLoop.REQUEST, StandardCharsets.US_ASCII));
    private final EmbeddedChannel channel = new EmbeddedChannel(
            new RequestDecoder(new Http1ServerConfig(), FIELDS, new KnownNames(),
                    Claim.Judge.LENIENT, System::nanoTime));
    private final RoutingTable table = table();
    private ServiceRuntime service;

    @Setup
    public void start(LiveLoop live) {
        List<Backend> backends = IntStream.range(1, BACKENDS + 1)
                .mapToObj(i -> new Backend(new BackendUrl("10.0.0." + i, 80), i, false, Origin.CONFIG,
                        Optional.empty(), Optional.empty())).toList();
        Service web = new Service("web", ServicePolicy.DEFAULT, backends, Origin.CONFIG);
        Pools pools = new Pools(List.of(live.loop()), failure -> { },
                BackendContexts.on(Runnable::run, InstantSource.system()));
        ServiceView view = ServiceView.of(web, Optional.empty(), Map.of(),
                backend -> pools.adopt(new BackendId("web", backend.url()), web.policy()),
                new SelectionContext(Optional.empty(), new StickyKey(new byte[] {1}), InstantSource.system(),
                        () -> new SplittableRandom(1)), Instant.EPOCH);
        service = new ServiceRuntime(view, live.loop(), new SplittableRandom(1),
                new LoopLine(live.loop(), new ServiceHold()));
    }

    private static RoutingTable table() {
        List<Route> routes = IntStream.range(0, ROUTES).mapToObj(i ->
                new Route("api" + i + ".example.com", "/v1/*", "web", Origin.CONFIG)).toList();
        return RoutingTable.of(new Topology(Map.of(), routes, "1"));
    }

    /** The gate: a request of 330 bytes, decoded and checked. */
    @Benchmark
    public Object gate() {
        channel.writeInbound(request.duplicate());
        Object message = channel.readInbound();
        ReferenceCountUtil.release(channel.readInbound());
        return message;
    }

    /** Among a thousand routes. */
    @Benchmark
    public Optional<Route> routeMatch() {
        return table.match("api500.example.com", "/v1/users/17?fields=name");
    }

    /** Among twenty backends of unequal weights. */
    @Benchmark
    public Optional<LoopPool> pick(LiveLoop live) {
        return service.pick(null, live.client(), List.of());
    }

    /** Six fields of a client, and the four that a backend is told besides. */
    @Benchmark
    public MultiMap headerCopy(LiveLoop live) {
        MultiMap to = HttpHeaders.headers();
        TO_BACKEND.write(live.client(), live.headers(), HttpVersion.HTTP_1_1, live.head(), live.head().host(),
                to);
        return to;
    }

    /** A connection taken from rest and laid to rest again, on its event loop. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void poolAcquire(LiveLoop live) throws Exception {
        live.onLoop(() -> {
            for (int i = 0; i < BATCH; i++) {
                Holding holding = new Holding();
                holding.ask(live.pool());
                holding.end();
            }
        });
    }
}
