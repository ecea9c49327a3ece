package dev.gyre.exchange;

import dev.gyre.loop.Loop;
import dev.gyre.loop.Timer;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendId;
import dev.gyre.model.Service;
import dev.gyre.model.Topology;
import dev.gyre.model.TunnelEnding;
import dev.gyre.tunnel.Splice;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The tunnels that are open on one event loop, and how long those may be to a backend that drains. Used on
 * that loop only.
 */
final class LoopTunnels {

    private final Loop loop;
    private final Map<Splice, BackendId> open = new HashMap<>();
    private final Timer drain = new Timer();
    private boolean stopped;

    LoopTunnels(Loop loop) {
        this.loop = loop;
    }

    void add(Splice tunnel, BackendId to) {
        open.put(tunnel, to);
        if (stopped) {
            tunnel.leave(TunnelEnding.STOPPED);
        }
    }

    void remove(Splice tunnel) {
        open.remove(tunnel);
        if (open.isEmpty()) {
            loop.cancel(drain);
        }
    }

    /** Ends all, as both sides let it, and those that are still to begin. */
    void stop() {
        stopped = true;
        end(to -> true, TunnelEnding.STOPPED);
    }

    private void end(Predicate<BackendId> to, TunnelEnding why) {
        List.copyOf(open.entrySet()).stream().filter(tunnel -> to.test(tunnel.getValue()))
                .forEach(tunnel -> tunnel.getKey().leave(why));
    }

    /** By this topology, some of the backends may drain for so long only. */
    void apply(Topology topology) {
        loop.cancel(drain);
        if (open.isEmpty()) {
            return;
        }
        Set<String> services = new HashSet<>();
        open.values().forEach(to -> services.add(to.service()));
        Set<BackendId> over = new HashSet<>();
        long now = loop.millisAt(loop.nanos());
        long next = Long.MAX_VALUE;
        for (String name : services) {
            Service service = topology.services().get(name);
            for (Backend backend : service == null ? List.<Backend>of() : service.backends()) {
                if (backend.draining() && backend.tunnelsUntil().isPresent()) {
                    long left = backend.tunnelsUntil().get().toEpochMilli() - now;
                    if (left <= 0) {
                        over.add(new BackendId(name, backend.url()));
                    } else {
                        next = Math.min(next, left);
                    }
                }
            }
        }
        end(to -> over.contains(new BackendId(to.service(), to.url())), TunnelEnding.DRAINED);
        if (next != Long.MAX_VALUE) {
            drain.set(loop, loop.nanos() + Duration.ofMillis(next).toNanos(), () -> apply(topology));
        }
    }
}
