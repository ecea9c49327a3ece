package dev.gyre.upstream;

import dev.gyre.balancing.FailurePenalty;
import dev.gyre.model.BackendId;
import dev.gyre.model.EjectionPolicy.Weight;
import dev.gyre.model.Outcome;
import dev.gyre.model.ServicePolicy;
import java.util.Optional;

/**
 * One backend on the whole node: the policy towards it, and how the requests of all event loops have ended
 * there. Thread-safe.
 */
final class BackendState {

    private final BackendId id;
    private final FailurePenalty penalty = new FailurePenalty();
    private final ConsecutiveFailures failures;
    private volatile ServicePolicy policy;
    private volatile Optional<String> connectFailure = Optional.empty();

    BackendState(BackendId id, ServicePolicy policy, FailureWatch watch) {
        this.id = id;
        this.failures = new ConsecutiveFailures(id, watch);
        this.policy = policy;
    }

    BackendId id() {
        return id;
    }

    ServicePolicy policy() {
        return policy;
    }

    void adopt(ServicePolicy newPolicy) {
        policy = newPolicy;
    }

    FailurePenalty penalty() {
        return penalty;
    }

    /** Why the last connection could not be opened; empty when it could. */
    Optional<String> connectFailure() {
        return connectFailure;
    }

    void connected() {
        if (connectFailure.isPresent()) {
            connectFailure = Optional.empty();
        }
    }

    void notConnected(String reason) {
        connectFailure = Optional.of(reason);
    }

    /** The service's strategy needs the latency and the failures of each request. */
    boolean tracksLatency() {
        return policy.balance().by().usesLoad();
    }

    /** The last request failed: a backend that refuses all connections is in use by that alone. */
    boolean failing() {
        return failures.ongoing();
    }

    /** @return what the outcome of a request that began then says about the backend */
    Weight ended(Outcome outcome, long begunNanos) {
        Weight weight = policy.ejection().weigh(outcome);
        if (weight == Weight.GOOD) {
            failures.succeeded();
        } else if (weight == Weight.FAILURE) {
            failures.failed(begunNanos, outcome);
        }
        return weight;
    }
}
