package dev.gyre.proxy;

import dev.gyre.balancing.Selector;
import dev.gyre.balancing.Selectors;
import dev.gyre.pool.Loop;
import dev.gyre.pool.LoopPool;
import dev.gyre.routing.RoutingTable;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** A {@link View} made live on one event loop: its own turns in the rotation, its own connections. */
final class LoopView {

    private final View source;
    private final Map<String, LiveService> services;

    private LoopView(View source, Map<String, LiveService> services) {
        this.source = source;
        this.services = services;
    }

    static LoopView empty(View source) {
        return new LoopView(source, Map.of());
    }

    /** The next view; services that did not change keep their turns. */
    LoopView next(View view, Loop loop, RandomGenerator random) {
        Map<String, LiveService> next = new HashMap<>();
        view.services().forEach((name, of) -> {
            LiveService present = services.get(name);
            next.put(name, present != null && present.shows(of, loop) ? present : live(of, loop, random));
        });
        return new LoopView(view, next);
    }

    private static LiveService live(View.ServiceView of, Loop loop, RandomGenerator random) {
        List<LoopPool> backends = of.rotation(loop);
        // With nobody in rotation there are no turns to take, and none are asked for.
        Supplier<Selector> turns = () -> backends.isEmpty() ? () -> 0
                : Selectors.of(of.service().policy().balance(), of.weights(), random);
        return new LiveService(of.service(), backends, turns.get(), turns);
    }

    /**
     * Opens what is in rotation now and shuts what was and is not; to be called when this view is in force.
     */
    void replace(LoopView before) {
        Set<LoopPool> now = rotation();
        now.forEach(LoopPool::reopen);
        before.rotation().stream().filter(pool -> !now.contains(pool)).forEach(LoopPool::shut);
    }

    private Set<LoopPool> rotation() {
        Set<LoopPool> rotation = new HashSet<>();
        services.values().forEach(service -> rotation.addAll(service.backends()));
        return rotation;
    }

    View source() {
        return source;
    }

    RoutingTable routes() {
        return source.routes();
    }

    Optional<LiveService> service(String name) {
        return Optional.ofNullable(services.get(name));
    }
}
