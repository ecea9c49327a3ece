package dev.gyre.upstream;

import dev.gyre.loop.Loop;
import dev.gyre.model.Overlap;
import dev.gyre.routing.RoutingTable;
import dev.gyre.upstream.hold.Holds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The {@link View} as one event loop uses it: its own turns in the rotation, its own connections. The
 * {@link ServiceRuntime} of a service is made with its first request here: of thousands most never have one.
 * Used on that loop only.
 */
public final class LoopView {

    private final Loop loop;
    private final RandomGenerator random;
    private final Holds holds;
    private final Map<String, ServiceRuntime> services = new HashMap<>();
    private View source;
    private boolean following;

    /** A service that changes. */
    private record Replaced(ServiceRuntime before, ServiceRuntime after) {
    }

    public LoopView(View source, Loop loop, RandomGenerator random, Holds holds) {
        this.source = source;
        this.loop = loop;
        this.random = random;
        this.holds = holds;
    }

    /**
     * Applies the newest view. Requests that waited for a removed backend choose again while this is under
     * way, and do so by the view that is being applied.
     */
    public void follow(Supplier<View> newest) {
        if (following) {
            return;
        }
        following = true;
        try {
            for (View next = newest.get(); next != source; next = newest.get()) {
                apply(next);
            }
        } finally {
            following = false;
        }
    }

    /**
     * Services that did not change keep their turns. For the others this opens the pools that joined the
     * rotation, shuts those that left it, and releases the requests that waited for the change.
     */
    private void apply(View next) {
        source = next;
        List<Replaced> replaced = new ArrayList<>();
        List<ServiceRuntime> gone = new ArrayList<>();
        for (Iterator<ServiceRuntime> all = services.values().iterator(); all.hasNext();) {
            ServiceRuntime live = all.next();
            ServiceView now = next.services().get(live.name());
            if (now == null) {
                all.remove();
                gone.add(live);
            } else if (!live.matches(now)) {
                replaced.add(new Replaced(live, new ServiceRuntime(now, loop, random, live.line())));
            }
        }
        replaced.forEach(one -> services.put(one.after().name(), one.after()));
        // No pool serves two services, so a service that stays the same shares no pool with one that changes.
        replaced.forEach(one -> open(serving(one.after(), one.before())));
        replaced.forEach(one -> shut(serving(one.before(), one.after())));
        gone.forEach(live -> shut(live.serving()));
        replaced.forEach(one -> one.after().activated());
        gone.forEach(live -> live.line().serviceRemoved());
    }

    /** The pools that may be given requests by the one and may not by the other. */
    private static List<BackendPool> serving(ServiceRuntime by, ServiceRuntime notBy) {
        Overlap overlap = Overlap.of(by.serving(), notBy.serving(), (one, other) -> one == other);
        Set<BackendPool> others = new HashSet<>(overlap.between(notBy.serving()));
        return overlap.between(by.serving()).stream().filter(pool -> !others.contains(pool)).toList();
    }

    private void open(List<BackendPool> pools) {
        pools.forEach(pool -> pool.known(loop).ifPresent(LoopPool::reopen));
    }

    private void shut(List<BackendPool> pools) {
        pools.forEach(pool -> pool.known(loop).ifPresent(LoopPool::shut));
    }

    /** All requests that wait for a service give up; false if none waited. */
    public boolean giveUp() {
        return List.copyOf(services.values()).stream().filter(service -> service.line().giveUp()).count() > 0;
    }

    public View source() {
        return source;
    }

    public RoutingTable routes() {
        return source.routes();
    }

    /** The backend is no longer healthy, and new requests go elsewhere. */
    public boolean abandons(String service, LoopPool backend) {
        return !source.backendHealth().healthy(backend.id())
                && !service(service).map(live -> live.offers(backend)).orElse(false);
    }

    public Optional<ServiceRuntime> service(String name) {
        ServiceRuntime live = services.get(name);
        return live != null ? live.found()
                : Optional.ofNullable(source.services().get(name)).map(this::create);
    }

    private ServiceRuntime create(ServiceView view) {
        ServiceRuntime live = new ServiceRuntime(view, loop, random,
                new LoopLine(loop, holds.of(view.service().name())));
        services.put(live.name(), live);
        // Its pools may be shut: the service may have been removed and added again.
        open(live.serving());
        live.activated();
        return live;
    }
}
