package dev.gyre.listener;

import dev.gyre.config.Settings.ForwardingSettings;
import dev.gyre.gate.Refused;
import dev.gyre.gate.RequestDecoder;
import dev.gyre.loop.DeadlineWheel.Deadline;
import dev.gyre.loop.Loop;
import dev.gyre.loop.Timer;
import dev.gyre.model.AddressText;
import dev.gyre.model.Failure;
import dev.gyre.model.Limit;
import dev.gyre.model.Limits;
import dev.gyre.model.Peer;
import dev.gyre.vertx.AtomicWrites;
import dev.gyre.vertx.GracefulClose;
import dev.gyre.vertx.OwnVersion;
import dev.gyre.vertx.PendingReads;
import dev.gyre.vertx.Reset;
import dev.gyre.vertx.ResetOfHalfClosed;
import dev.gyre.vertx.ResetOfPaused;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.AttributeKey;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.http.Http1ServerConfig;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.VertxConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/** One client's connection: the peer, and when it has been silent for too long. */
public final class ClientConnection extends Deadline {

    /** How long an idle connection may live on while the node stops. */
    private static final Duration IDLE_WHEN_STOPPING = Duration.ofSeconds(1);
    private static final long HALF_CLOSED_LOOK_NANOS = Duration.ofSeconds(1).toNanos();
    static final String WATCH = "gyre-watch";
    private static final String VERSION = "gyre-version";
    /** Made once for all requests of a connection. */
    private static final AttributeKey<Optional<ClientConnection>> KEY = AttributeKey.valueOf("gyre.client");

    private final Loop loop;
    private final HttpConnection http;
    private final Channel channel;
    private final Peer peer;
    private final Limits limits;
    private final LimitCounters exceeded;
    private final MemoryEnds memoryEnds;
    private final RequestDecoder decoder;
    private final ClientMemory memory;
    private final UnservedRequests unserved;
    private final int listenerPort;
    private final long acceptedNanos;
    private Optional<SlowReader> slowReader = Optional.empty();
    /** Requests of this connection so far. */
    private long requestCount;
    /** The first bytes of a head are there, but not its end. */
    private boolean headBegan;
    /**
     * Requests being served. More than one for a moment: a pipelined request begins within the last write of
     * the answer before it.
     */
    private int inService;
    /** The client has ended its side. */
    private boolean inputEnded;
    private boolean stopping;
    private boolean ending;
    private boolean closing;
    private boolean closed;
    /** A request was being served when the connection ended. */
    private boolean closedInService;
    /** Why this node cuts the connection; empty while it does not. */
    private Optional<Failure> cutCause = Optional.empty();
    /** Called if the connection ends while the rest of an answered request is still read. */
    private Optional<Handler<Void>> lingering = Optional.empty();

    private ClientConnection(ClientConnections clients, HttpConnection http) {
        ListenerState state = clients.state();
        this.loop = clients.loop();
        this.http = http;
        this.limits = state.policy().limits();
        this.exceeded = state.exceeded();
        this.memoryEnds = state.memoryEnds();
        this.channel = channel(http);
        this.acceptedNanos = loop.nanos();
        ForwardingSettings forwarding = state.policy().forwarding();
        InetAddress address = ((InetSocketAddress) channel.remoteAddress()).getAddress();
        this.peer = new Peer(AddressText.of(address), forwarding.trusts(address.getAddress()));
        this.decoder = new RequestDecoder(sizes(limits), limits.headerCount(), loop.names(),
                new LookAlikeFields(forwarding.lookAlikes(), state.refusals(), peer.address()),
                loop::nanos);
        this.listenerPort = Admission.port(channel);
        this.unserved = new UnservedRequests(loop, decoder, peer, listenerPort, clients.exchanges());
        this.memory = new ClientMemory((VertxConnection) http, decoder, loop.memory(), clients.relief());
        loop.readMemory().serve(channel);
    }

    /** The client broke it off before it was accepted, so its address is unknown. */
    static boolean isGone(HttpConnection http) {
        return channel(http).remoteAddress() == null;
    }

    static Channel channel(HttpConnection http) {
        return ((VertxConnection) http).channel();
    }

    private static Http1ServerConfig sizes(Limits limits) {
        return new Http1ServerConfig()
                .setMaxInitialLineLength(limits.requestLine())
                .setMaxHeaderSize(limits.headers())
                .setMaxChunkSize(Loop.BODY_PIECE);
    }

    /** Begins to watch a connection that was just accepted. */
    static ClientConnection accept(ClientConnections clients, HttpConnection http) {
        ClientConnection connection = new ClientConnection(clients, http);
        Channel channel = connection.channel;
        channel.attr(KEY).set(Optional.of(connection));
        channel.pipeline().replace("httpDecoder", "httpDecoder", connection.decoder);
        SlowReader.bound(channel);
        channel.pipeline().addFirst(WATCH, new ClientWatch(connection))
                .addFirst("gyre-end", GracefulClose.INSTANCE)
                .addFirst("gyre-reset", ResetOfPaused.INSTANCE)
                .addBefore("handler", "gyre-whole", AtomicWrites.INSTANCE);
        if (connection.limits.halfClose()) {
            channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
            channel.pipeline().addBefore("handler", "gyre-input", new InputEnd(connection));
        }
        http.exceptionHandler(connection::broken);
        connection.loop.schedule(connection, connection.limits.head());
        return connection;
    }

    /** Empty for one that was gone before it was accepted. */
    public static Optional<ClientConnection> of(HttpConnection http) {
        Optional<ClientConnection> known = channel(http).attr(KEY).get();
        return known == null ? Optional.empty() : known;
    }

    public Peer peer() {
        return peer;
    }

    /** Of the listener. */
    int listenerPort() {
        return listenerPort;
    }

    /** The peer's address in text, without port. */
    public String address() {
        return peer.address();
    }

    /** False once it was ended because memory ran out. */
    boolean holdsMemory() {
        return !memory.released();
    }

    public ClientMemory memory() {
        return memory;
    }

    /** When it was accepted, by the clock of the event loop. */
    long acceptedNanos() {
        return acceptedNanos;
    }

    /** The value of Date at this moment. */
    public CharSequence date() {
        return loop.date();
    }

    /** From now on the status lines of answers say HTTP/1.1, also for requests of HTTP/1.0. */
    public void speakOwnVersion() {
        if (channel.pipeline().get(VERSION) == null) {
            channel.pipeline().addBefore("handler", VERSION, OwnVersion.INSTANCE);
        }
    }

    /** The listening socket that this connection came through. */
    Channel port() {
        return channel.parent();
    }

    /**
     * Says in the head of this answer that it is the last one; what the client sent after it is not served.
     */
    public void endWithAnswerTo(HttpServerRequest request) {
        ending = true;
        MultiMap headers = request.response().headers();
        headers.set(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        if (request.version() == HttpVersion.HTTP_1_0) {
            // Vert.x would announce the opposite, at the last moment.
            request.response().headersEndHandler(v -> headers.set(HttpHeaders.CONNECTION, HttpHeaders.CLOSE));
        }
    }

    public boolean ending() {
        return ending;
    }

    /**
     * A request begins.
     *
     * @return when its first byte was read
     */
    long requestBegins() {
        // A request that begins within the last write of the answer before it is not the oldest yet.
        long begunNanos = decoder.begunNanos(inService);
        inService++;
        requestCount++;
        headBegan = false;
        return begunNanos;
    }

    /** Answers a head that could not be decoded; what comes after it is not read. */
    public void refuse(Failure failure, HttpServerRequest request) {
        speakOwnVersion();
        unserved.refused(inService, failure);
        OwnAnswer.refuse(failure, request, loop.date());
        close();
    }

    /** No request is being served. */
    boolean idle() {
        return inService == 0;
    }

    /** No request is being served, and the next one has begun to come. */
    boolean headUnderWay() {
        return inService == 0 && decoder.headBegun();
    }

    /** Requests so far. */
    long requestCount() {
        return requestCount;
    }

    /** No further request is served: the limit is reached, or the client has ended its side. */
    public boolean spent() {
        return inputEnded && decoder.servesLast() || limits.requestsPerConnection().isPresent()
                && requestCount >= limits.requestsPerConnection().getAsInt();
    }

    /** The first bytes of a head have come; further bytes do not extend its time limit. */
    void headBegan() {
        if (!headBegan && !closed && !closing) {
            headBegan = true;
            if (!stopping) {
                loop.schedule(this, limits.head());
            }
        }
    }

    /** The client takes what is written, or falls behind. */
    void writable(boolean is) {
        if (limits.minRate() == 0 || is && slowReader.isEmpty()) {
            return;
        }
        if (slowReader.isEmpty()) {
            slowReader = Optional.of(SlowReader.of(loop, channel, limits, this::readsTooSlowly));
        }
        if (is) {
            slowReader.get().caughtUp();
        } else {
            slowReader.get().behind();
        }
    }

    /** Ends the connection: there is no memory for what it would send, or for what it holds already. */
    void noMemory() {
        cutCause = Optional.of(Failure.NO_MEMORY);
        memoryEnds.report(memory.most(), memory.held(), peer.address());
        // It may take a while until the system has closed it and the event loop is told.
        memory.release();
        decoder.forget();
        reset();
    }

    /** As above, for bytes that have come and cannot be taken. */
    void noMemoryToRead() {
        unserved.unread();
        noMemory();
    }

    private void readsTooSlowly() {
        exceeded.report(Limit.DOWNLOAD_RATE, peer.address());
        // Its request, if one is being answered, ends with the connection.
        cutCause = Optional.of(Failure.CLIENT_TIMEOUT);
        reset();
    }

    /** The answer to a request is out; after the last one the time limit for idle connections starts. */
    void requestEnded() {
        inService--;
        lingering = Optional.empty();
        if (!closed) {
            memory.answered();
            loop.schedule(this, stopping ? IDLE_WHEN_STOPPING : limits.idle());
            if (headUnderWay()) {
                headBegan();
            }
            closeIfServed();
        }
    }

    /**
     * The client sends nothing more. What it has asked for whole is answered before the connection is closed.
     * If a request breaks off in its body, all end: the client may have left.
     */
    void inputEnded() {
        inputEnded = true;
        if (decoder.inBody()) {
            abort();
            return;
        }
        closeIfServed();
        if (!closing) {
            Timer second = new Timer();
            ResetOfHalfClosed.watch(channel,
                    look -> second.set(loop, loop.nanos() + HALF_CLOSED_LOOK_NANOS, look));
        }
    }

    private void closeIfServed() {
        if (inputEnded && decoder.served() && !closing) {
            close();
        }
    }

    /** The node stops: from now on an idle connection is closed after a moment. */
    void stopping() {
        stopping = true;
        if (!closing) {
            loop.schedule(this, IDLE_WHEN_STOPPING);
        }
    }

    /** Why the connection has ended under the request being served. */
    Failure lost() {
        closedInService = true;
        return cutCause.orElse(Failure.CLIENT_GONE);
    }

    /** The rest of an answered request is read; {@code whenGone} is called if it will never come. */
    void lingering(Handler<Void> whenGone) {
        lingering = Optional.of(whenGone);
    }

    /** Handled here so that Vert.x does not log it; the request ends by it in any case. */
    private void broken(Throwable cause) {
        if (cause instanceof Refused refused) {
            cutCause = Optional.of(refused.rule().failure());
        }
    }

    void gone() {
        lingering.ifPresent(waits -> waits.handle(null));
        // The next request begins at once, unless the connection is to end with the one before.
        boolean last = ending || inService == 0 && !closedInService;
        unserved.gone(inService, cutCause.orElse(last ? Failure.NOT_SERVED : Failure.CLIENT_GONE),
                cutCause.orElse(ending && !inputEnded ? Failure.NOT_SERVED : Failure.CLIENT_GONE));
        closed = true;
        PendingReads.release((VertxConnection) http);
        memory.closed();
        loop.cancel(this);
        slowReader.ifPresent(loop::cancel);
    }

    /** Ends this node's side once all that was written is out; what the client sends is still read. */
    public void endAnswers() {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(written -> ((DuplexChannel) channel).shutdownOutput());
    }

    /** Closes when all that was written is out, or when the client does not take it. */
    public void close() {
        http.close();
        ending = true;
        closing = true;
        if (!closed) {
            loop.schedule(this, limits.idle());
        }
    }

    /** Closes at once, as the time for the last requests is up. */
    void stop() {
        cutCause = Optional.of(Failure.STOPPED);
        abort();
    }

    /**
     * Closes at once, whatever is still to be written: {@link #close} waits for as long as the client does
     * not read.
     */
    private void abort() {
        channel.unsafe().close(channel.unsafe().voidPromise());
    }

    /**
     * Closes so that the client cannot take what it has got for the whole: with a reset instead of an end.
     */
    public void reset() {
        Reset.close(channel);
    }

    @Override
    protected void expired() {
        if (closing) {
            abort();
        } else if (inService == 0) {
            endUnserved();
        }
    }

    /** The time limit of a client without a request in service has passed. */
    private void endUnserved() {
        // When the node stops, the client has exceeded no limit.
        if (!stopping && (headBegan || requestCount == 0)) {
            exceeded.report(Limit.HEAD, peer.address());
        }
        if (headBegan) {
            Failure failure = stopping ? Failure.STOPPED : Failure.CLIENT_TIMEOUT;
            unserved.timedOut(failure);
            // No request has come of it, so the answer goes out below the HTTP encoder.
            channel.pipeline().context(WATCH).writeAndFlush(OwnAnswer.whole(failure, loop.date()));
        }
        close();
    }
}
