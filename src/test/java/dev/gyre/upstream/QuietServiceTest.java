package dev.gyre.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.loop.Loop;
import dev.gyre.loop.LoopAccess;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendHealth;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Origin;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Topology;
import dev.gyre.tls.BackendContexts;
import dev.gyre.upstream.hold.Holds;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.junit5.VertxTest;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an event loop keeps of a service that nothing happens to must neither be made again nor be lost. */
@VertxTest
class QuietServiceTest {

    private final Map<String, Service> services = new TreeMap<>();
    private final SelectionContext at = new SelectionContext(Optional.empty(), new StickyKey(new byte[] {1}),
            InstantSource.system(), () -> new Random(1));
    private final Holds holds = new Holds(InstantSource.system(), System::nanoTime);
    private Loop loop;
    private Pools pools;
    private View shown = View.nothing();
    private LoopView view;

    @BeforeEach
    void twoServices(Vertx vertx) {
        loop = LoopAccess.start(vertx);
        pools = new Pools(List.of(loop), failure -> { },
                BackendContexts.on(Runnable::run, InstantSource.system()));
        view = new LoopView(shown, loop, new Random(1), holds);
        service("changed", 1, 2, 3);
        service("quiet", 1, 2);
    }

    private static Backend backend(int number) {
        return new Backend(new BackendUrl("10.0.0." + number, 80), 1, false, Origin.CONFIG);
    }

    private void service(String name, int... backends) {
        services.put(name, new Service(name, ServicePolicy.DEFAULT,
                IntStream.of(backends).mapToObj(QuietServiceTest::backend).toList(), Origin.CONFIG));
    }

    /** As it is now, on the loop. */
    private void show() throws Exception {
        shown = shown.next(new Topology(services, List.of(), "1"), BackendHealth.UNKNOWN, pools, at);
        onLoop(() -> view.follow(() -> shown));
    }

    private void onLoop(Runnable task) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                task.run();
                done.complete(null);
            } catch (RuntimeException | AssertionError e) {
                done.completeExceptionally(e);
            }
        });
        done.get();
    }

    private boolean usedHere(String service, int number) {
        return pools.adopt(new BackendId(service, backend(number).url()), ServicePolicy.DEFAULT)
                .known(loop).isPresent();
    }

    @Test
    void aChangeElsewhereLeavesItsTurnsAlone() throws Exception {
        show();
        ServiceRuntime[] before = new ServiceRuntime[2];
        onLoop(() -> {
            before[0] = view.service("quiet").orElseThrow();
            before[1] = view.service("changed").orElseThrow();
        });
        service("changed", 1, 3);
        show();
        onLoop(() -> {
            assertThat(view.service("quiet")).containsSame(before[0]);
            ServiceRuntime changed = view.service("changed").orElseThrow();
            assertThat(changed).isNotSameAs(before[1]);
            assertThat(changed.line()).as("who waits goes on waiting").isSameAs(before[1].line());
        });
    }

    @Test
    void aLoopKeepsNothingOfAServiceThatNobodyAsksFor() throws Exception {
        show();
        service("changed", 1, 2, 4);
        show();
        onLoop(() -> view.service("changed").orElseThrow().pick("/", HttpHeaders.headers(), null, List.of()));
        assertThat(IntStream.of(1, 2, 4).filter(number -> usedHere("changed", number)).count()).isEqualTo(1);
        assertThat(usedHere("quiet", 1) || usedHere("quiet", 2)).isFalse();
    }

    /** Shut when it left, a backend that is back must keep idle connections again. */
    @Test
    void aServiceThatComesBackIsOpen() throws Exception {
        show();
        onLoop(() -> view.service("changed").orElseThrow().pick("/", HttpHeaders.headers(), null, List.of()));
        Service gone = services.remove("changed");
        show();
        onLoop(() -> assertThat(view.service("changed")).isEmpty());
        services.put("changed", gone);
        show();
        onLoop(() -> {
            ServiceRuntime back = view.service("changed").orElseThrow();
            back.serving().forEach(pool -> assertThat(pool.on(loop).isOpen()).as("%s", pool.id()).isTrue());
        });
    }

    @Test
    void whoLeftIsShutAndWhoCameBackIsOpen() throws Exception {
        show();
        onLoop(() -> IntStream.range(0, 3).forEach(i ->
                view.service("changed").orElseThrow().pick("/", HttpHeaders.headers(), null, List.of())));
        service("changed", 1, 3);
        show();
        onLoop(() -> assertThat(pool(2).on(loop).isOpen()).isFalse());
        service("changed", 1, 2, 3);
        show();
        onLoop(() -> IntStream.of(1, 2, 3).forEach(number ->
                assertThat(pool(number).on(loop).isOpen()).as("%d", number).isTrue()));
    }

    private BackendPool pool(int number) {
        return pools.adopt(new BackendId("changed", backend(number).url()), ServicePolicy.DEFAULT);
    }
}
