package dev.gyre.proxy;

import dev.gyre.balancing.PanicRule;
import dev.gyre.balancing.PanicRule.Offer;
import dev.gyre.balancing.Ramp;
import dev.gyre.balancing.ZonePreference;
import dev.gyre.model.Backend;
import dev.gyre.model.Condition;
import dev.gyre.model.Fitness;
import dev.gyre.model.Service;
import dev.gyre.pool.BackendPool;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A service in the form that requests are served from.
 *
 * @param first   the backends that are offered new requests
 * @param reserve those that are offered what the first cannot take: of other zones
 * @param sticky  by which names clients keep their backends; empty: they do not
 * @param ramping shares are to be taken anew before long, for a slow start is under way
 * @param panic   backends are offered although they are not fit
 */
record ServiceView(Service service, Rank first, Rank reserve, Optional<StickyNames> sticky,
                   boolean ramping, boolean panic) {

    /** @param adopt gives the pool of a backend, with the service's present policy */
    static ServiceView of(Service service, Fitness fitness, Function<Backend, BackendPool> adopt,
                          Optional<String> zone, StickyKey stickyKey, Instant now) {
        // Draining backends keep their pool, for the requests in flight, but get no new ones.
        Map<Backend, BackendPool> pools = new HashMap<>();
        service.backends().forEach(backend -> pools.put(backend, adopt.apply(backend)));
        List<Backend> wanted = service.backends().stream().filter(b -> !b.draining()).toList();
        Offer<Backend> offer = PanicRule.offer(wanted, backend -> fitness.fit(service.id(backend)),
                service.policy().health().panic());
        List<Backend> up = offer.backends();
        double[] ramps = up.stream().mapToDouble(b -> ramp(service, b, fitness, now)).toArray();
        boolean ramping = Arrays.stream(ramps).anyMatch(ramp -> ramp < 1);
        double[] capacity = new double[ramps.length];
        Arrays.setAll(capacity, i -> up.get(i).weight() * ramps[i]);
        double[] shares = shares(wanted, up, capacity, zone);
        return new ServiceView(service, rank(service, up, pools, shares, shares),
                rank(service, up, pools, capacity, inverted(shares)),
                StickyNames.of(service, stickyKey, Stream.concat(up.stream(), service.backends().stream()
                        .filter(b -> b.draining() && fitness.fit(service.id(b)))).map(pools::get).toList()),
                ramping, offer.panic());
    }

    private static double ramp(Service service, Backend backend, Fitness fitness, Instant now) {
        return service.policy().balance().slowStart().map(slow -> {
            Instant recovered = fitness.of(service.id(backend)).filter(Condition::fit)
                    .map(Condition::since).orElse(Instant.MIN);
            Instant added = backend.since().orElse(Instant.EPOCH);
            return Ramp.share(slow, recovered.isAfter(added) ? recovered : added, now);
        }).orElse(1.0);
    }

    private static double[] shares(List<Backend> wanted, List<Backend> up, double[] capacity,
                                   Optional<String> zone) {
        if (zone.isEmpty() || wanted.stream().noneMatch(backend -> backend.zone().equals(zone))) {
            return capacity;
        }
        long zones = wanted.stream().map(Backend::zone).distinct().count();
        return ZonePreference.shares(capacity, up.stream().map(b -> b.zone().orElse("")).toList(),
                zone.get(), (int) zones);
    }

    private static double[] inverted(double[] shares) {
        return Arrays.stream(shares).map(share -> share > 0 ? 0 : 1).toArray();
    }

    /** Of the backends that {@code within} names by a number above 0. */
    private static Rank rank(Service service, List<Backend> up, Map<Backend, BackendPool> pools,
                             double[] shares, double[] within) {
        List<BackendPool> members = new ArrayList<>();
        List<Double> parts = new ArrayList<>();
        for (int i = 0; i < up.size(); i++) {
            if (within[i] > 0) {
                members.add(pools.get(up.get(i)));
                parts.add(shares[i]);
            }
        }
        return new Rank(service.policy().balance(), members, weights(parts));
    }

    /** Whole numbers as they are, others to a thousandth of the greatest. */
    private static int[] weights(List<Double> shares) {
        boolean whole = shares.stream().allMatch(share -> share == Math.rint(share));
        double greatest = shares.stream().mapToDouble(Double::doubleValue).max().orElse(1);
        double unit = whole ? 1 : greatest / Backend.MAX_WEIGHT;
        return shares.stream().mapToInt(share -> (int) Math.max(1, Math.round(share / unit))).toArray();
    }
}
