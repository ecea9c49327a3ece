package dev.gyre.exchange;

import dev.gyre.exchange.overload.ServiceLimit;
import dev.gyre.exchange.retry.LoopRetries;
import dev.gyre.listener.ClientStream;
import dev.gyre.listener.RefusalCounters;
import dev.gyre.loop.Loop;
import dev.gyre.model.Failure;
import dev.gyre.model.FinishedExchange;
import dev.gyre.model.Limit;
import dev.gyre.model.Limits;
import dev.gyre.upstream.LoopView;
import io.vertx.core.MultiMap;
import java.util.random.RandomGenerator;

/** What an exchange and its parts need of the event loop that they run on. */
interface LoopContext {

    Loop loop();

    /** This loop's dice. */
    RandomGenerator random();

    /** The present view, made live on this loop when it is new. */
    LoopView view();

    Limits limits();

    /** Paths are forwarded also when not all recipients read them alike. */
    boolean ambiguousPaths();

    /** A request with these fields has been sent on by this node before. */
    boolean isLoop(MultiMap headers);

    ToBackend toBackend();

    ToClient toClient();

    /** This loop's hand in the retries of a service. */
    LoopRetries retries(String service);

    /** The node's limit on the requests in flight of a service. */
    ServiceLimit limit(String service);

    /** The node's tunnels of a service. */
    ServiceTunnels tunnels(String service);

    /** Those of this loop. */
    LoopTunnels tunnels();

    /** Each answer from now on ends its connection. */
    boolean stopping();

    // What is counted and logged.

    void exceeded(Limit limit, ClientStream client);

    RefusalCounters refusals();

    FailureLog failures();

    /** Gyre itself failed over the request of this client. */
    void faulted(ClientStream client, RuntimeException fault);

    /**
     * What it is called that a backend's answer did not come to its end.
     *
     * @param ifEnded where it is the connection that did
     */
    Failure lost(Throwable cause, Failure ifEnded, String backend);

    /** What it is called that a backend's answer breaks a rule; which rule, is counted. */
    Failure invalid(Throwable cause, String backend);

    /** A request has come to its end. */
    void finished(FinishedExchange exchange);
}
