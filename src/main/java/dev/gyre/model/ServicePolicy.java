package dev.gyre.model;

/** How a service treats its backends. */
public record ServicePolicy(Balance balance, HostHeader host, PoolPolicy pool, Timeouts timeouts,
                            RetryPolicy retry, EjectionPolicy ejection) {

    public static final ServicePolicy DEFAULT = new ServicePolicy(Balance.DEFAULT, new HostHeader.Client(),
            PoolPolicy.DEFAULT, Timeouts.DEFAULT, RetryPolicy.DEFAULT, EjectionPolicy.DEFAULT);

    public ServicePolicy with(Balance other) {
        return new ServicePolicy(other, host, pool, timeouts, retry, ejection);
    }

    public ServicePolicy with(PoolPolicy other) {
        return new ServicePolicy(balance, host, other, timeouts, retry, ejection);
    }
}
