package dev.gyre.upstream;

import dev.gyre.balancing.PanicRule;
import dev.gyre.balancing.PanicRule.Offer;
import dev.gyre.balancing.SlowStartRamp;
import dev.gyre.balancing.ZonePreference;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendId;
import dev.gyre.model.Condition;
import dev.gyre.model.Overlap;
import dev.gyre.model.Service;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A service in the form that requests are served from. {@link #of} asks what keeps requests from a backend,
 * in the order of the package comment of {@code dev.gyre.health}.
 *
 * @param members all its backends, the draining ones included, which get no new requests but keep their pool
 * @param serving those that may be given requests: those offered, and those that drain and have sticky
 *                clients
 * @param first   the backends that are offered new requests
 * @param reserve those that are offered what the first cannot take: of other zones
 * @param sticky  by which names clients keep their backends; empty: they do not
 * @param ramping shares are to be taken again before long, for a slow start is under way
 * @param panic   backends are offered although they are not healthy
 */
record ServiceView(Service service, List<Member> members, List<BackendPool> serving, PriorityTier first,
        PriorityTier reserve, Optional<StickyNames> sticky, boolean ramping, boolean panic) {

    /** A backend and its pool. */
    record Member(Backend backend, BackendPool pool) {

        boolean healthy(Map<BackendId, Condition> judged) {
            Condition condition = judged.isEmpty() ? null : judged.get(pool.id());
            return condition == null || condition.healthy();
        }
    }

    /**
     * @param before as it was until now, if it was
     * @param judged the backends whose health is known
     * @param adopt  gives the pool of a backend, with the service's present policy
     */
    static ServiceView of(Service service, Optional<ServiceView> before, Map<BackendId, Condition> judged,
            Function<Backend, BackendPool> adopt, SelectionContext at, Instant now) {
        List<Member> members = members(service, before, adopt);
        // Drain: no new requests.
        List<Member> wanted = members.stream().filter(member -> !member.backend().draining()).toList();
        // Probe and ejection, which `judged` joins, unless the panic rule applies.
        Offer<Member> offer = PanicRule.offer(wanted, member -> member.healthy(judged),
                service.policy().health().panic());
        List<Member> up = offer.backends();
        // Slow start: a part of the weight.
        double[] ramps = ramps(service, up, judged, now);
        boolean ramping = Arrays.stream(ramps).anyMatch(ramp -> ramp < 1);
        double[] capacity = new double[ramps.length];
        Arrays.setAll(capacity, i -> up.get(i).backend().weight() * ramps[i]);
        double[] shares = shares(wanted, up, capacity, at.zone());
        PriorityTier first = tier(service, up, shares, shares);
        PriorityTier reserve = tier(service, up, capacity, inverted(shares));
        List<BackendPool> serving = serving(service, members, up, judged);
        return new ServiceView(service, members, serving,
                before.map(ServiceView::first).map(first::after).orElse(first),
                before.map(ServiceView::reserve).map(reserve::after).orElse(reserve),
                StickyNames.of(service, at.stickyKey(), serving, before.flatMap(ServiceView::sticky)),
                ramping, offer.panic());
    }

    /** A backend that has not changed keeps its pool, which has its policy already. */
    private static List<Member> members(Service service, Optional<ServiceView> before,
                                        Function<Backend, BackendPool> adopt) {
        List<Backend> backends = service.backends();
        List<Member> known = before.filter(view -> view.service().policy().equals(service.policy()))
                .map(ServiceView::members).orElse(List.of());
        if (!known.isEmpty() && backends == before.get().service().backends()) {
            return known;
        }
        Overlap overlap = known.isEmpty() ? new Overlap(0, 0)
                : Overlap.of(before.get().service().backends(), backends, Backend::isSameAs);
        int shift = known.size() - backends.size();
        Member[] members = new Member[backends.size()];
        for (int i = 0; i < members.length; i++) {
            Backend backend = backends.get(i);
            Member same = i < overlap.head() ? known.get(i)
                    : i >= members.length - overlap.tail() ? known.get(i + shift) : null;
            members[i] = same == null ? new Member(backend, adopt.apply(backend))
                    : same.backend() == backend ? same : new Member(backend, same.pool());
        }
        return List.of(members);
    }

    private static List<BackendPool> serving(Service service, List<Member> members, List<Member> up,
            Map<BackendId, Condition> judged) {
        List<BackendPool> serving = new ArrayList<>(up.size());
        up.forEach(member -> serving.add(member.pool()));
        if (service.policy().balance().sticky().isPresent()) {
            members.stream().filter(member -> member.backend().draining() && member.healthy(judged))
                    .forEach(member -> serving.add(member.pool()));
        }
        return serving;
    }

    private static double[] ramps(Service service, List<Member> up, Map<BackendId, Condition> judged,
            Instant now) {
        double[] ramps = new double[up.size()];
        Arrays.fill(ramps, 1);
        service.policy().balance().slowStart().ifPresent(slow -> Arrays.setAll(ramps, i -> {
            Member member = up.get(i);
            Instant recovered = Optional.ofNullable(judged.get(member.pool().id())).filter(Condition::healthy)
                    .map(Condition::since).orElse(Instant.MIN);
            Instant added = member.backend().since().orElse(Instant.EPOCH);
            return SlowStartRamp.share(slow, recovered.isAfter(added) ? recovered : added, now);
        }));
        return ramps;
    }

    private static double[] shares(List<Member> wanted, List<Member> up, double[] capacity,
            Optional<String> zone) {
        if (zone.isEmpty() || wanted.stream().noneMatch(member -> member.backend().zone().equals(zone))) {
            return capacity;
        }
        long zones = wanted.stream().map(member -> member.backend().zone()).distinct().count();
        return ZonePreference.shares(capacity,
                up.stream().map(member -> member.backend().zone().orElse("")).toList(), zone.get(),
                (int) zones);
    }

    private static double[] inverted(double[] shares) {
        return Arrays.stream(shares).map(share -> share > 0 ? 0 : 1).toArray();
    }

    /** Of the backends that {@code within} names by a number above 0. */
    private static PriorityTier tier(Service service, List<Member> up, double[] shares, double[] within) {
        List<BackendPool> members = new ArrayList<>(up.size());
        double[] parts = new double[up.size()];
        for (int i = 0; i < up.size(); i++) {
            if (within[i] > 0) {
                parts[members.size()] = shares[i];
                members.add(up.get(i).pool());
            }
        }
        return new PriorityTier(service.policy().balance(), members,
                weights(Arrays.copyOf(parts, members.size())));
    }

    /** Whole numbers as they are, others to a thousandth of the greatest. */
    private static int[] weights(double[] shares) {
        boolean whole = Arrays.stream(shares).allMatch(share -> share == Math.rint(share));
        double greatest = Arrays.stream(shares).max().orElse(1);
        double unit = whole ? 1 : greatest / Backend.MAX_WEIGHT;
        return Arrays.stream(shares).mapToInt(share -> (int) Math.max(1, Math.round(share / unit))).toArray();
    }
}
