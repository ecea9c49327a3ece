package dev.gyre.exchange;

import dev.gyre.model.ExchangeListener;
import dev.gyre.upstream.FailureWatch;

/**
 * What hears of the data path.
 *
 * @param stopping  called, from any thread and possibly more than once, when the proxy begins to stop
 * @param failures  hears of the backends' failures
 * @param exchanges hears of every request after its end
 */
public record ProxyObservers(Runnable stopping, FailureWatch failures, ExchangeListener exchanges) {

    /** None. */
    public static ProxyObservers none() {
        return new ProxyObservers(() -> { }, streak -> { }, exchange -> { });
    }
}
