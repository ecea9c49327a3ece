package dev.gyre.model;

/** How a service treats its backends. */
public record ServicePolicy(Strategy balance, HostHeader host, PoolPolicy pool, Timeouts timeouts,
                            HealthPolicy health) {

    public static final ServicePolicy DEFAULT = new ServicePolicy(
            Strategy.ROUND_ROBIN, new HostHeader.Client(), PoolPolicy.DEFAULT, Timeouts.DEFAULT,
            HealthPolicy.DEFAULT);
}
