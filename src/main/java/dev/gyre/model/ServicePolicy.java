package dev.gyre.model;

/** How a service treats its backends. */
public record ServicePolicy(Balance balance, HostHeader host, PoolPolicy pool, Timeouts timeouts,
                            RetryPolicy retry, EjectionPolicy ejection, HealthPolicy health,
                            HoldPolicy hold, ConcurrencyLimit limit, BackendTls tls,
                            TunnelPolicy tunnels) {

    public static final ServicePolicy DEFAULT = new ServicePolicy(Balance.DEFAULT, new HostHeader.Client(),
            PoolPolicy.DEFAULT, Timeouts.DEFAULT, RetryPolicy.DEFAULT, EjectionPolicy.DEFAULT,
            HealthPolicy.DEFAULT, HoldPolicy.DEFAULT, new ConcurrencyLimit.Off());

    /** With the defaults for how backends are met. */
    public ServicePolicy(Balance balance, HostHeader host, PoolPolicy pool, Timeouts timeouts,
                         RetryPolicy retry, EjectionPolicy ejection, HealthPolicy health,
                         HoldPolicy hold, ConcurrencyLimit limit) {
        this(balance, host, pool, timeouts, retry, ejection, health, hold, limit, BackendTls.DEFAULT,
                TunnelPolicy.DEFAULT);
    }

    public ServicePolicy with(Balance other) {
        return new ServicePolicy(other, host, pool, timeouts, retry, ejection, health, hold, limit,
                tls, tunnels);
    }

    public ServicePolicy with(PoolPolicy other) {
        return new ServicePolicy(balance, host, other, timeouts, retry, ejection, health, hold, limit,
                tls, tunnels);
    }

    public ServicePolicy with(EjectionPolicy other) {
        return new ServicePolicy(balance, host, pool, timeouts, retry, other, health, hold, limit,
                tls, tunnels);
    }

    public ServicePolicy with(HealthPolicy other) {
        return new ServicePolicy(balance, host, pool, timeouts, retry, ejection, other, hold, limit,
                tls, tunnels);
    }

    public ServicePolicy with(ConcurrencyLimit other) {
        return new ServicePolicy(balance, host, pool, timeouts, retry, ejection, health, hold, other,
                tls, tunnels);
    }

    public ServicePolicy with(Timeouts other) {
        return new ServicePolicy(balance, host, pool, other, retry, ejection, health, hold, limit,
                tls, tunnels);
    }

    public ServicePolicy with(BackendTls other) {
        return new ServicePolicy(balance, host, pool, timeouts, retry, ejection, health, hold, limit,
                other, tunnels);
    }
}
