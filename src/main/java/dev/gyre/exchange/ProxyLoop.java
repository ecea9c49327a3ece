package dev.gyre.exchange;

import dev.gyre.config.Settings.ForwardingSettings;
import dev.gyre.exchange.overload.ServiceLimit;
import dev.gyre.exchange.overload.ServiceLimits;
import dev.gyre.exchange.retry.LoopRetries;
import dev.gyre.exchange.retry.Retries;
import dev.gyre.gate.Rule;
import dev.gyre.listener.ClientConnections;
import dev.gyre.listener.ClientStream;
import dev.gyre.listener.ListenerState;
import dev.gyre.listener.RefusalCounters;
import dev.gyre.loop.Loop;
import dev.gyre.model.ExchangeListener;
import dev.gyre.model.Failure;
import dev.gyre.model.FinishedExchange;
import dev.gyre.model.Limit;
import dev.gyre.model.Limits;
import dev.gyre.tls.HandshakeFailure;
import dev.gyre.upstream.LoopView;
import dev.gyre.upstream.View;
import dev.gyre.upstream.hold.Holds;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.MultiMap;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One event loop's half of the proxy: its view of the topology and the clients connected to it. */
final class ProxyLoop implements LoopContext, ClientConnections.Server {

    /** What the loops of a node have in common. */
    interface Shared {

        ListenerState listening();

        /** What requests are served by now; read once by each. */
        View current();

        Via via();

        Holds holds();

        Retries retries();

        ServiceLimits serviceLimits();

        Tunnels tunnels();

        FailureLog failures();

        /** To hear of the requests that end on one event loop. */
        ExchangeListener newListener();
    }

    private static final Logger LOG = LoggerFactory.getLogger("gyre.proxy");

    private final Shared node;
    private final Loop loop;
    private final RandomGenerator random;
    private final ForwardingSettings forwarding;
    private final ToBackend toBackend;
    private final ToClient toClient;
    private final ClientConnections clients;
    private final LoopView view;
    private final LoopTunnels tunnels;
    private final ExchangeListener exchanges;

    ProxyLoop(Shared node, Loop loop, RandomGenerator random) {
        this.node = node;
        this.loop = loop;
        this.random = random;
        this.forwarding = node.listening().policy().forwarding();
        this.toBackend = new ToBackend(forwarding, node.via());
        this.toClient = new ToClient(node.via(), loop);
        this.exchanges = node.newListener();
        this.clients = new ClientConnections(node.listening(), loop, this, exchanges);
        this.tunnels = new LoopTunnels(loop);
        this.view = new LoopView(node.current(), loop, random, node.holds());
    }

    @Override
    public void handle(ClientStream client) {
        if (!client.rules().answers() || !LocalAnswer.takes(this, client)) {
            new Exchange(this, client).start();
        }
    }

    @Override
    public void faulted(ClientStream client, RuntimeException fault) {
        LOG.error("request {} {}", client.method(), client.target(), fault);
    }

    @Override
    public Failure refused(Throwable cause, MultiMap headers, String address) {
        if (cause instanceof TooLongHttpLineException) {
            node.listening().exceeded().report(Limit.REQUEST_LINE, address);
            return Failure.URI_TOO_LONG;
        }
        if (cause instanceof TooLongHttpHeaderException) {
            node.listening().exceeded().report(Limit.HEADERS, address);
            return Failure.HEADERS_TOO_LARGE;
        }
        Rule rule = Rule.of(cause);
        if (rule == Rule.UNDECODABLE && RequestLength.unknownCoding(headers)) {
            rule = Rule.CODING_UNKNOWN;
        }
        if (rule == Rule.FIELD_COUNT) {
            node.listening().exceeded().report(Limit.HEADER_COUNT, address);
        } else {
            node.listening().refusals().request(rule, address);
        }
        return rule.failure();
    }

    @Override
    public LoopView view() {
        if (node.current() != view.source()) {
            view.follow(node::current);
            tunnels.apply(view.source().topology());
        }
        return view;
    }

    @Override
    public void finished(FinishedExchange exchange) {
        exchanges.finished(exchange);
    }

    /** Ends the tunnels, as both sides let it. */
    void endTunnels() {
        tunnels.stop();
    }

    /** The time is up for requests that wait before a service; false when none did. */
    boolean giveUp() {
        return view.giveUp();
    }

    @Override
    public boolean stopping() {
        return clients.stopping();
    }

    ClientConnections clients() {
        return clients;
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public boolean ambiguousPaths() {
        return forwarding.ambiguousPaths();
    }

    @Override
    public boolean isLoop(MultiMap headers) {
        return node.via().isLoop(headers);
    }

    @Override
    public ToBackend toBackend() {
        return toBackend;
    }

    @Override
    public ToClient toClient() {
        return toClient;
    }

    @Override
    public LoopRetries retries(String service) {
        return node.retries().of(service).on(loop.index());
    }

    @Override
    public ServiceLimit limit(String service) {
        return node.serviceLimits().of(service);
    }

    @Override
    public ServiceTunnels tunnels(String service) {
        return node.tunnels().of(service);
    }

    @Override
    public LoopTunnels tunnels() {
        return tunnels;
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public Limits limits() {
        return node.listening().policy().limits();
    }

    @Override
    public void exceeded(Limit limit, ClientStream client) {
        node.listening().exceeded().report(limit, client.peer().address());
    }

    @Override
    public Failure lost(Throwable cause, Failure ifEnded, String backend) {
        if (cause instanceof OutOfMemoryError) {
            return Failure.NO_MEMORY;
        }
        if (cause instanceof HandshakeFailure tls) {
            return tls.failure();
        }
        return ConnectionLoss.is(cause) ? ifEnded : invalid(cause, backend);
    }

    @Override
    public Failure invalid(Throwable cause, String backend) {
        node.listening().refusals().answer(Rule.of(cause), backend);
        return Failure.RESPONSE_INVALID;
    }

    @Override
    public RefusalCounters refusals() {
        return node.listening().refusals();
    }

    @Override
    public FailureLog failures() {
        return node.failures();
    }
}
