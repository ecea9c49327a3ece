package dev.gyre.model;

/** How a service treats its backends. */
public record ServicePolicy(Balance balance, HostHeader host, PoolPolicy pool, Timeouts timeouts) {

    public static final ServicePolicy DEFAULT = new ServicePolicy(
            Balance.DEFAULT, new HostHeader.Client(), PoolPolicy.DEFAULT, Timeouts.DEFAULT);
}
