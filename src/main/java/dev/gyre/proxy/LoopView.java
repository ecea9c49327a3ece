package dev.gyre.proxy;

import dev.gyre.hold.Holds;
import dev.gyre.pool.Loop;
import dev.gyre.pool.LoopPool;
import dev.gyre.routing.RoutingTable;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    LoopView next(View view, Loop loop, RandomGenerator random, Holds holds) {
        Map<String, LiveService> next = new HashMap<>();
        view.services().forEach((name, of) -> {
            LiveService present = services.get(name);
            LoopLine line = present != null ? present.line() : new LoopLine(loop, holds.of(name));
            next.put(name, present != null && present.shows(of) ? present
                    : new LiveService(of, loop, random, line));
        });
        return new LoopView(view, next);
    }

    /**
     * Opens what is in rotation now, shuts what was and is not, and lets those go who waited for this; to be
     * called when this view is in force.
     */
    void replace(LoopView before) {
        // No pool serves two services, so those that stay the same concern none that changes.
        Set<LoopPool> now = servingBeside(before);
        now.forEach(LoopPool::reopen);
        before.servingBeside(this).stream().filter(pool -> !now.contains(pool)).forEach(LoopPool::shut);
        services.forEach((name, service) -> {
            if (service != before.services.get(name)) {
                service.inForce();
            }
        });
        before.services.forEach((name, service) -> {
            if (!services.containsKey(name)) {
                service.line().dissolve();
            }
        });
    }

    /** The backends of those services that are not the same in another view. */
    private Set<LoopPool> servingBeside(LoopView other) {
        Set<LoopPool> serving = new HashSet<>();
        services.forEach((name, service) -> {
            if (other.services.get(name) != service) {
                serving.addAll(service.serving());
            }
        });
        return serving;
    }

    /** Whoever waits for a service gives up; false when nobody did. */
    boolean giveUp() {
        return services.values().stream().filter(service -> service.line().giveUp()).count() > 0;
    }

    View source() {
        return source;
    }

    RoutingTable routes() {
        return source.routes();
    }

    /** It has been found unfit, and new requests go elsewhere. */
    boolean abandons(String service, LoopPool backend) {
        return !source.fitness().fit(backend.shared().id())
                && !service(service).map(live -> live.offers(backend)).orElse(false);
    }

    Optional<LiveService> service(String name) {
        return Optional.ofNullable(services.get(name));
    }
}
