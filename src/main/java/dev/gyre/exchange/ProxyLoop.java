package dev.gyre.exchange;

import dev.gyre.config.Settings.ForwardingSettings;
import dev.gyre.exchange.overload.ServiceLimit;
import dev.gyre.exchange.retry.LoopRetries;
import dev.gyre.gate.Rule;
import dev.gyre.listener.ClientConnection;
import dev.gyre.listener.ClientConnections;
import dev.gyre.listener.ClientStream;
import dev.gyre.listener.RefusalCounters;
import dev.gyre.loop.Loop;
import dev.gyre.model.Failure;
import dev.gyre.model.FinishedExchange;
import dev.gyre.model.Limit;
import dev.gyre.model.Limits;
import dev.gyre.upstream.LoopView;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One event loop's half of the proxy: its view of the topology and the clients connected to it. */
final class ProxyLoop {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.proxy");

    private final Proxy proxy;
    private final Loop loop;
    private final RandomGenerator random;
    private final ForwardingSettings forwarding;
    private final ToBackend toBackend;
    private final ToClient toClient;
    private final ClientConnections clients;
    private final LoopView view;

    ProxyLoop(Proxy proxy, Loop loop, RandomGenerator random) {
        this.proxy = proxy;
        this.loop = loop;
        this.random = random;
        this.forwarding = proxy.listening().policy().forwarding();
        this.toBackend = new ToBackend(forwarding, proxy.via());
        this.toClient = new ToClient(proxy.via(), loop);
        this.clients = new ClientConnections(proxy.listening(), loop);
        this.view = new LoopView(proxy.current(), loop, random, proxy.holds());
    }

    void handle(ClientStream client) {
        Exchange exchange = new Exchange(this, client);
        try {
            exchange.start();
        } catch (RuntimeException e) {
            // Vert.x would log it and leave the client without an answer.
            LOG.error("request {} {}", client.method(), client.target(), e);
            exchange.fail(Failure.INTERNAL, e.toString());
        }
    }

    /** What the HTTP decoder could not make sense of; the connection cannot be used after it. */
    void refuse(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        Failure failure;
        if (cause instanceof TooLongHttpLineException) {
            failure = Failure.URI_TOO_LONG;
            exceeded(Limit.REQUEST_LINE, request);
        } else if (cause instanceof TooLongHttpHeaderException) {
            failure = Failure.HEADERS_TOO_LARGE;
            exceeded(Limit.HEADERS, request);
        } else {
            Rule rule = Rule.of(cause);
            if (rule == Rule.UNDECODABLE && RequestLength.unknownCoding(request.headers())) {
                rule = Rule.CODING_UNKNOWN;
            }
            failure = rule.failure();
            if (rule == Rule.FIELD_COUNT) {
                exceeded(Limit.HEADER_COUNT, request);
            } else {
                proxy.listening().refusals().request(rule, address(request));
            }
        }
        Failure why = failure;
        ClientConnection.of(request.connection()).ifPresent(client -> client.refuse(why, request));
    }

    private void exceeded(Limit limit, HttpServerRequest request) {
        proxy.listening().exceeded().report(limit, address(request));
    }

    private static String address(HttpServerRequest request) {
        return ClientConnection.of(request.connection()).map(ClientConnection::address).orElse("?");
    }

    /** The present view, made live on this loop when it is new. */
    LoopView view() {
        if (proxy.current() != view.source()) {
            view.follow(proxy::current);
        }
        return view;
    }

    /** A request has come to its end. */
    void finished(FinishedExchange exchange) {
        proxy.listening().exchanges().finished(exchange);
    }

    /** The time is up for requests that wait before a service; false when none did. */
    boolean giveUp() {
        return view.giveUp();
    }

    boolean stopping() {
        return clients.stopping();
    }

    ClientConnections clients() {
        return clients;
    }

    Loop loop() {
        return loop;
    }

    /** Paths are forwarded also when not all recipients read them alike. */
    boolean ambiguousPaths() {
        return forwarding.ambiguousPaths();
    }

    /** A request with these fields has been sent on by this node before. */
    boolean isLoop(MultiMap headers) {
        return proxy.via().isLoop(headers);
    }

    ToBackend toBackend() {
        return toBackend;
    }

    ToClient toClient() {
        return toClient;
    }

    /** This loop's hand in the retries of a service. */
    LoopRetries retries(String service) {
        return proxy.retries().of(service).on(loop.index());
    }

    /** The node's limit on the requests in flight of a service. */
    ServiceLimit limit(String service) {
        return proxy.serviceLimits().of(service);
    }

    /** This loop's dice. */
    RandomGenerator random() {
        return random;
    }

    Limits limits() {
        return proxy.listening().policy().limits();
    }

    void exceeded(Limit limit, ClientStream client) {
        proxy.listening().exceeded().report(limit, client.peer().address());
    }

    /**
     * What it is called that a backend's answer did not come to its end.
     *
     * @param ifEnded where it is the connection that did
     */
    Failure lost(Throwable cause, Failure ifEnded, String backend) {
        if (cause instanceof OutOfMemoryError) {
            return Failure.NO_MEMORY;
        }
        return Attempt.isBreak(cause) ? ifEnded : invalid(cause, backend);
    }

    /** What it is called that a backend's answer breaks a rule; which rule, is counted. */
    Failure invalid(Throwable cause, String backend) {
        proxy.listening().refusals().answer(Rule.of(cause), backend);
        return Failure.RESPONSE_INVALID;
    }

    RefusalCounters refusals() {
        return proxy.listening().refusals();
    }

    FailureLog failures() {
        return proxy.failures();
    }
}
