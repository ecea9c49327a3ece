package dev.gyre.model;

/** How a service treats its backends. */
public record ServicePolicy(Balance balance, HostHeader host, PoolPolicy pool, Timeouts timeouts,
                            RetryPolicy retry, EjectionPolicy ejection, HealthPolicy health,
                            HoldPolicy hold, ConcurrencyLimit limit) {

    public static final ServicePolicy DEFAULT = new ServicePolicy(Balance.DEFAULT, new HostHeader.Client(),
            PoolPolicy.DEFAULT, Timeouts.DEFAULT, RetryPolicy.DEFAULT, EjectionPolicy.DEFAULT,
            HealthPolicy.DEFAULT, HoldPolicy.DEFAULT, new ConcurrencyLimit.Off());

    public ServicePolicy with(Balance other) {
        return new ServicePolicy(other, host, pool, timeouts, retry, ejection, health, hold, limit);
    }

    public ServicePolicy with(PoolPolicy other) {
        return new ServicePolicy(balance, host, other, timeouts, retry, ejection, health, hold, limit);
    }

    public ServicePolicy with(EjectionPolicy other) {
        return new ServicePolicy(balance, host, pool, timeouts, retry, other, health, hold, limit);
    }

    public ServicePolicy with(HealthPolicy other) {
        return new ServicePolicy(balance, host, pool, timeouts, retry, ejection, other, hold, limit);
    }

    public ServicePolicy with(ConcurrencyLimit other) {
        return new ServicePolicy(balance, host, pool, timeouts, retry, ejection, health, hold, other);
    }
}
