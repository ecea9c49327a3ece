package dev.gyre.exchange;

import dev.gyre.model.ExchangeListener;
import dev.gyre.upstream.FailureWatch;
import java.util.function.Supplier;

/**
 * What hears of the data path.
 *
 * @param stopping  called, from any thread and possibly more than once, when the proxy begins to stop
 * @param failures  hears of the backends' failures
 * @param exchanges makes one listener for each event loop, which hears of the requests that end there, and
 *                  one for connections that are turned away
 */
public record ProxyObservers(Runnable stopping, FailureWatch failures, Supplier<ExchangeListener> exchanges) {

    /** None. */
    public static ProxyObservers none() {
        return new ProxyObservers(() -> { }, streak -> { }, () -> exchange -> { });
    }
}
