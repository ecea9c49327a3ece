package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.config.Settings.ForwardingSettings;
import dev.gyre.config.Listener;
import dev.gyre.kit.Await;
import dev.gyre.kit.Established;
import dev.gyre.kit.Load;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import dev.gyre.listener.ListenerPolicy;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendStats;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Limits;
import dev.gyre.model.PoolPolicy;
import dev.gyre.model.Route;
import dev.gyre.model.Scope;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Topology;
import dev.gyre.tls.BackendContexts;
import dev.gyre.upstream.SelectionContext;
import dev.gyre.upstream.StickyKey;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A node keeps to its share of a cluster-wide limit, however that changes under traffic. */
class ClusterShareTest {

    private final Vertx vertx = Vertx.vertx();
    private final Proxy proxy = new Proxy(vertx,
            new ListenerPolicy(ForwardingSettings.DEFAULT, Limits.DEFAULT.within(1000), "1"),
            new SelectionContext(Optional.empty(), new StickyKey(new byte[] {1}), InstantSource.system(),
                    () -> new Random(1)),
            BackendContexts.on(Runnable::run, InstantSource.system()), Duration.ofSeconds(1),
            ProxyObservers.none());

    @AfterEach
    void close() {
        vertx.close().await();
    }

    private int serve(Origin origin, Scope scope) {
        vertx.deployVerticle(context -> proxy.deploy(2)).await();
        proxy.share((backend, max) -> 0);
        show(origin, scope);
        return proxy.listen(List.of(new Listener("127.0.0.1", 0))).await().get(0);
    }

    private void show(Origin origin, Scope scope) {
        PoolPolicy pool = new PoolPolicy(50, scope, 10_000, Duration.ofSeconds(10), Duration.ofSeconds(30));
        Service web = new Service("web",
                ServicePolicy.DEFAULT.with(pool),
                List.of(new Backend(new BackendUrl("127.0.0.1", origin.port()), 1, false,
                        dev.gyre.model.Origin.CONFIG)), dev.gyre.model.Origin.CONFIG);
        proxy.apply(new Topology(Map.of("web", web),
                List.of(new Route("*", "/*", "web", dev.gyre.model.Origin.CONFIG)), "test"));
    }

    private BackendStats stats() {
        return proxy.stats().await().values().iterator().next();
    }

    @Test
    void withoutAShareRequestsWaitForOne() throws Exception {
        try (Origin origin = Origin.saying("hello")) {
            int port = serve(origin, Scope.CLUSTER);
            try (Wire client = Wire.to(port).write("GET / HTTP/1.1\r\nHost: x\r\n\r\n")) {
                Await.until("a request waits", () -> stats().queued() == 1);
                assertThat(origin.accepted()).isZero();
                assertThat(stats().limit()).isZero();
                proxy.share((backend, max) -> 1);
                assertThat(client.readAnswer().status()).isEqualTo(200);
                assertThat(stats().limit()).isEqualTo(1);
            }
        }
    }

    @Test
    void aShareComesAndGoesUnderTrafficAndStaysThroughAChangeOfTheTopology() throws Exception {
        try (Origin origin = Origin.saying("hello").withoutRecording();
             Established established = Established.to(origin)) {
            int port = serve(origin, Scope.CLUSTER);
            proxy.share((backend, max) -> 20);
            try (Load load = Load.of(port, 100)) {
                Await.until("20 connections", () -> origin.openNow() == 20);
                proxy.share((backend, max) -> 3);
                Await.until("3 connections", () -> origin.openNow() <= 3);
                show(origin, Scope.CLUSTER);
                long before = load.answered();
                Await.until("a thousand more", () -> load.answered() > before + 1_000);
                assertThat(established.count()).isLessThanOrEqualTo(3);
                proxy.share((backend, max) -> max);
                Await.until("all 50", () -> origin.openNow() >= 50);
                load.stop();
                assertThat(load.failures()).isEmpty();
                assertThat(established.most()).isLessThanOrEqualTo(50);
            }
        }
    }

    @Test
    void idleConnectionsBeyondALowerShareGoAtOnce() throws Exception {
        try (Origin origin = Origin.saying("hello").withoutRecording()) {
            int port = serve(origin, Scope.CLUSTER);
            proxy.share((backend, max) -> 20);
            try (Load load = Load.of(port, 100)) {
                Await.until("20 connections", () -> origin.openNow() == 20);
                load.stop();
            }
            Await.until("all idle", () -> stats().inUse() == 0);
            int idle = stats().idle();
            assertThat(idle).isGreaterThan(2);
            proxy.share((backend, max) -> 2);
            Await.until(() -> "2 of " + stats(), () -> origin.openNow() == 2 && stats().idle() == 2);
        }
    }

    @Test
    void aLimitOfTheNodeIsNotShared() throws Exception {
        try (Origin origin = Origin.saying("hello")) {
            serve(origin, Scope.NODE);
            assertThat(stats().limit()).isEqualTo(50);
            show(origin, Scope.CLUSTER);
            assertThat(stats().limit()).isZero();
        }
    }
}
