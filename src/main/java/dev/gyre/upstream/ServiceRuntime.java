package dev.gyre.upstream;

import dev.gyre.loop.Loop;
import dev.gyre.model.Balance;
import dev.gyre.model.Peer;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Strategy;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** A service as one event loop sees it: its policy, and {@link #pick}, which chooses a backend. */
public final class ServiceRuntime {

    private static final TierSelector.Demand[] DEMANDS = TierSelector.Demand.values();

    private final ServiceView view;
    private final Balance balance;
    private final Loop loop;
    private final RandomGenerator random;
    private final LoopLine line;
    private final TierSelector first;
    private final TierSelector reserve;
    /** Made once for all requests. */
    private final Optional<ServiceRuntime> found = Optional.of(this);

    /** @param line the requests that wait for the service; it outlives a change of the service */
    ServiceRuntime(ServiceView view, Loop loop, RandomGenerator random, LoopLine line) {
        this.line = line;
        this.view = view;
        this.balance = view.service().policy().balance();
        this.loop = loop;
        this.random = random;
        this.first = new TierSelector(view.first(), balance.by().usesLoad(), loop, random);
        this.reserve = new TierSelector(view.reserve(), balance.by().usesLoad(), loop, random);
    }

    String name() {
        return view.service().name();
    }

    /** This one, as the result of a look-up. */
    Optional<ServiceRuntime> found() {
        return found;
    }

    public ServicePolicy policy() {
        return view.service().policy();
    }

    /** For the log: which of its backends have a name and no address; mostly empty. */
    public String unresolved() {
        return view.service().unresolved().entrySet().stream()
                .map(backend -> "; " + backend.getKey() + " stands for no address: " + backend.getValue())
                .sorted().collect(Collectors.joining());
    }

    public LoopLine line() {
        return line;
    }

    /** This is the service's present state: requests that wait for it may go. */
    void activated() {
        line.apply(hasAnother(Set.of()));
    }

    /** Nothing has changed, and no backend was removed and added again with a new pool meanwhile. */
    boolean matches(ServiceView other) {
        return view == other
                || view.service().equals(other.service()) && view.first().isLike(other.first())
                && view.reserve().isLike(other.reserve()) && view.sticky().equals(other.sticky());
    }

    /** The backends that may be given requests, the draining ones of sticky clients included. */
    List<BackendPool> serving() {
        return view.serving();
    }

    /**
     * The backend for a request: the one that its cookie names; else the next one with room by the strategy;
     * if all are full, the next one where it can wait. The demands are lowered step by step, so the result is
     * empty only if the service has no backend in rotation.
     *
     * @param tried backends that this request has tried; they are picked again only if there is no other
     */
    public Optional<LoopPool> pick(String target, MultiMap headers, Peer client,
            Collection<LoopPool> tried) {
        if (view.sticky().isPresent()) {
            Optional<LoopPool> own = own(headers, tried);
            if (own.isPresent()) {
                return own;
            }
        }
        long key = balance.by() == Strategy.CONSISTENT_HASH
                ? RequestKey.of(balance.hashing().key(), target, headers, client, random) : 0;
        for (TierSelector.Demand demand : DEMANDS) {
            Optional<LoopPool> picked = first.pick(demand, tried, key);
            if (picked.isEmpty()) {
                picked = reserve.pick(demand, tried, key);
            }
            if (picked.isPresent()) {
                return picked;
            }
        }
        return Optional.empty();
    }

    private Optional<LoopPool> own(MultiMap headers, Collection<LoopPool> tried) {
        return view.sticky().flatMap(names -> names.of(headers)).map(pool -> pool.on(loop))
                .filter(pool -> !tried.contains(pool) && (pool.hasRoom() || pool.hasRoomToWait()));
    }

    /** New requests may go there, at least as a last resort. */
    boolean offers(LoopPool backend) {
        return first.offers(backend) || reserve.offers(backend);
    }

    /** There is a backend in rotation beside these. */
    public boolean hasAnother(Collection<LoopPool> tried) {
        return first.hasAnother(tried) || reserve.hasAnother(tried);
    }

    /** Notes the Retry-After of an answer, whether or not the answer goes to the client. */
    public void answered(LoopPool by, int status, MultiMap headers) {
        if (balance.by().usesLoad()) {
            RetryAfter.of(status, headers).ifPresent(pause ->
                    by.penalty().pause(pause.toNanos(), loop.nanos()));
        }
    }

    /**
     * Binds a sticky client to the backend by a cookie in the answer to the client.
     *
     * @param secure the request came by https
     */
    public void bind(LoopPool to, MultiMap requestHeaders, MultiMap answerHeaders, boolean secure) {
        if (view.sticky().isPresent()) {
            view.sticky().get().bind(requestHeaders, to.id(), secure).ifPresent(cookie ->
                    answerHeaders.add(HttpHeaders.SET_COOKIE, cookie));
        }
    }
}
