package dev.gyre.registry;

import dev.gyre.kit.Await;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Origin;
import dev.gyre.model.Route;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Topology;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** A registry with its Vert.x, and the words tests speak to it. */
public final class Node implements AutoCloseable {

    public static final BackendUrl A = BackendUrl.parse("http://10.0.0.5:9001");
    public static final BackendUrl B = BackendUrl.parse("http://10.0.0.6:9001");
    public static final BackendUrl C = BackendUrl.parse("http://10.0.0.7:9001");

    public static final Author AUTHOR = Author.operator(Optional.of("alice@test"), "via bus");

    public final Vertx vertx = Vertx.vertx();
    public final StepClock clock;
    public final Registry registry;

    private Node(Optional<Path> data, Topology declared, StepClock clock) throws Exception {
        this.clock = clock;
        try {
            registry = get(Registry.open(vertx, RegistrySettings.of(data, "node-a"),
                    new Declaration(declared, false), clock));
        } catch (Exception e) {
            get(vertx.close());
            throw e;
        }
    }

    public static Node inMemory(Topology declared) throws Exception {
        return new Node(Optional.empty(), declared, new StepClock());
    }

    public static Node on(Path data, Topology declared, StepClock clock) throws Exception {
        return new Node(Optional.of(data), declared, clock);
    }

    public static Node on(Path data, Topology declared) throws Exception {
        return on(data, declared, new StepClock());
    }

    /** The result, or the failure itself instead of a wrapper. */
    public static <T> T get(Future<T> future) throws Exception {
        try {
            return future.toCompletionStage().toCompletableFuture().get(Await.SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }

    public static void await(BooleanSupplier condition) throws Exception {
        long end = System.nanoTime() + Await.PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new TimeoutException("the condition never came true");
            }
            Thread.onSpinWait();
        }
    }

    public CommandResult apply(Command command) throws Exception {
        return get(registry.apply(command, AUTHOR));
    }

    public void declare(Topology declared) throws Exception {
        get(registry.declare(declared));
    }

    public Service service(String name) {
        return registry.topology().services().get(name);
    }

    public Optional<Backend> backend(String service, BackendUrl url) {
        return service(service).backends().stream().filter(backend -> backend.url().equals(url)).findFirst();
    }

    /** A topology as config declares it. */
    public static Topology declared(List<Route> routes, Service... services) {
        Map<String, Service> byName = new LinkedHashMap<>();
        Arrays.stream(services).forEach(service -> byName.put(service.name(), service));
        return new Topology(byName, routes, "");
    }

    /** One service {@code web} with these backends, all of weight 1. */
    public static Topology web(BackendUrl... urls) {
        return declared(List.of(), service("web", urls));
    }

    public static Service service(String name, BackendUrl... urls) {
        return new Service(name, ServicePolicy.DEFAULT, Arrays.stream(urls)
                .map(url -> new Backend(url, 1, false, Origin.CONFIG)).toList(), Origin.CONFIG);
    }

    public static Route route(String host, String path, String service) {
        return new Route(host, path, service, Origin.CONFIG);
    }

    @Override
    public void close() throws Exception {
        get(registry.close());
        get(vertx.close());
    }
}
