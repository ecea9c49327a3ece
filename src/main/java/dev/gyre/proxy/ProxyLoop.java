package dev.gyre.proxy;

import dev.gyre.config.Settings.ForwardingSettings;
import dev.gyre.gate.Rule;
import dev.gyre.model.Failure;
import dev.gyre.model.Limit;
import dev.gyre.model.Limits;
import dev.gyre.overload.ServiceLimit;
import dev.gyre.pool.Loop;
import dev.gyre.retry.LoopRetries;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
    private final Set<ClientConnection> clients = new HashSet<>();
    /** The listening sockets that clients came through. */
    private final Set<Channel> ports = new HashSet<>();
    private final LoopView view;
    private final MemoryRelief relief;
    private boolean stopping;

    ProxyLoop(Proxy proxy, Loop loop, RandomGenerator random) {
        this.proxy = proxy;
        this.loop = loop;
        this.random = random;
        this.forwarding = proxy.forwarding();
        this.toBackend = new ToBackend(forwarding, proxy.via());
        this.toClient = new ToClient(proxy.via(), loop);
        this.relief = new MemoryRelief(loop, clients);
        this.view = new LoopView(proxy.shown(), loop, random, proxy.holds());
    }

    void accept(HttpConnection connection) {
        if (ClientConnection.isGone(connection)
                || !proxy.admission().admits(ClientConnection.channel(connection))) {
            connection.close();
            return;
        }
        ClientConnection client = ClientConnection.accept(this, connection);
        if (ports.add(client.port())) {
            proxy.admission().guard(client.port());
        }
        clients.add(client);
        connection.closeHandler(v -> {
            client.gone();
            clients.remove(client);
        });
        if (stopping) {
            client.stopping();
        }
    }

    void handle(HttpServerRequest request) {
        Optional<ClientConnection> client = ClientConnection.of(request.connection());
        if (client.isEmpty() || client.get().ending()) {
            return;
        }
        RequestWalk walk = new RequestWalk(this, request, client.get());
        try {
            walk.start();
        } catch (RuntimeException e) {
            // Vert.x would log it and leave the client without an answer.
            LOG.error("request {} {}", request.method(), request.uri(), e);
            walk.fail(Failure.INTERNAL, e.toString());
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
                proxy.refusals().request(rule, address(request));
            }
        }
        ClientConnection.of(request.connection()).ifPresent(ClientConnection::speakOwnVersion);
        OwnAnswer.refuse(failure, request, loop.date());
    }

    private void exceeded(Limit limit, HttpServerRequest request) {
        proxy.exceeded().report(limit, address(request));
    }

    private static String address(HttpServerRequest request) {
        return ClientConnection.of(request.connection()).map(ClientConnection::address).orElse("?");
    }

    /** The present view, made live on this loop when it is new. */
    LoopView view() {
        if (proxy.shown() != view.source()) {
            view.follow(proxy::shown);
        }
        return view;
    }

    /** From now on every answer ends its connection, and idle connections go. */
    void stop() {
        stopping = true;
        clients.forEach(ClientConnection::stopping);
    }

    /** Lets no new connection begin; those that have begun are still taken. */
    void refuseConnections() {
        ports.stream().filter(Channel::isOpen).forEach(NewConnections::refuse);
    }

    /**
     * Takes no more connections. A server of Vert.x that is shut down first stops to handle connections and
     * then to accept them: what comes in between would be lost.
     */
    Future<Void> closePorts() {
        return Future.join(ports.stream().map(ProxyLoop::close).toList()).mapEmpty();
    }

    private static Future<Void> close(Channel port) {
        Promise<Void> closed = Promise.promise();
        port.close().addListener(done -> closed.complete());
        return closed.future();
    }

    /** The time is up for whoever waits before a service; false when nobody did. */
    boolean giveUp() {
        return view.giveUp();
    }

    /** The time is up for whoever is still connected. */
    void abort() {
        List.copyOf(clients).forEach(ClientConnection::abort);
    }

    int clients() {
        return clients.size();
    }

    boolean stopping() {
        return stopping;
    }

    Loop loop() {
        return loop;
    }

    /** Paths are forwarded also when not all recipients read them alike. */
    boolean ambiguousPaths() {
        return forwarding.ambiguousPaths();
    }

    /** This request has been sent on by this node before. */
    boolean isLoop(HttpServerRequest request) {
        return proxy.via().isLoop(request.headers());
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
        return proxy.limits();
    }

    void exceeded(Limit limit, ClientConnection client) {
        proxy.exceeded().report(limit, client.address());
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
        proxy.refusals().answer(Rule.of(cause), backend);
        return Failure.RESPONSE_INVALID;
    }

    Refusals refusals() {
        return proxy.refusals();
    }

    ForwardingSettings forwarding() {
        return forwarding;
    }

    Exceeded exceeded() {
        return proxy.exceeded();
    }

    MemoryEnds memoryEnds() {
        return proxy.memoryEnds();
    }

    MemoryRelief relief() {
        return relief;
    }

    FailureLog failures() {
        return proxy.failures();
    }
}
