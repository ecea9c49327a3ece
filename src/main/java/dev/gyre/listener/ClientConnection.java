package dev.gyre.listener;

import dev.gyre.config.Settings.ForwardingSettings;
import dev.gyre.gate.Refused;
import dev.gyre.gate.RequestDecoder;
import dev.gyre.loop.DeadlineWheel.Deadline;
import dev.gyre.loop.Loop;
import dev.gyre.loop.Timer;
import dev.gyre.model.Failure;
import dev.gyre.model.Limit;
import dev.gyre.model.Limits;
import dev.gyre.model.Peer;
import dev.gyre.tunnel.TunnelEnd;
import dev.gyre.vertx.Reset;
import dev.gyre.vertx.ResetOfHalfClosed;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.Handler;
import io.vertx.core.http.Http1ServerConfig;
import java.time.Duration;
import java.util.Optional;

/** One client's connection: the peer, and when it has been silent for too long. */
final class ClientConnection extends Deadline {

    /** How long an idle connection may live on while the node stops. */
    private static final Duration IDLE_WHEN_STOPPING = Duration.ofSeconds(1);
    /** How long a client that was refused may go on sending; a round trip and what it has under way. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);
    private static final long HALF_CLOSED_LOOK_NANOS = Duration.ofSeconds(1).toNanos();
    /** A fatal alert of TLS 1.0, which all versions understand (RFC 5246, section 7.2). */
    private static final byte[] HANDSHAKE_FAILURE = {21, 3, 1, 0, 2, 2, 40};
    static final String WATCH = "gyre-watch";

    private final Loop loop;
    private final Channel channel;
    private final Http1Requests http;
    private final Peer peer;
    private final Limits limits;
    private final LimitCounters exceeded;
    private final RefusalCounters refusals;
    private final MemoryEnds memoryEnds;
    private final RequestDecoder decoder;
    private final ClientMemory memory;
    private final UnservedRequests unserved;
    private final int listenerPort;
    private final PortRules rules;
    private final long acceptedNanos;
    private Optional<SlowReader> slowReader = Optional.empty();
    /** Requests of this connection so far. */
    private long requestCount;
    /** The first bytes of a head are there, but not its end. */
    private boolean headBegan;
    /** A request is being served. */
    private boolean serving;
    /** The client has ended its side. */
    private boolean inputEnded;
    private boolean stopping;
    private boolean ending;
    private boolean closing;
    /** The same, and the client may still be sending. */
    private boolean closingSoon;
    private boolean closed;
    /** A request was being served when the connection ended. */
    private boolean closedInService;
    /** Why this node cuts the connection; empty while it does not. */
    private Optional<Failure> cutCause = Optional.empty();
    /** Called if the connection ends while the rest of an answered request is still read. */
    private Optional<Handler<Void>> lingering = Optional.empty();

    private ClientConnection(ClientConnections clients, Arrival arrival, Http1Requests http) {
        ListenerState state = clients.state();
        this.loop = clients.loop();
        this.http = http;
        this.channel = arrival.channel();
        this.rules = arrival.rules();
        this.limits = state.policy().limits();
        this.exceeded = state.exceeded();
        this.refusals = state.refusals();
        this.memoryEnds = state.memoryEnds();
        this.acceptedNanos = arrival.acceptedNanos();
        ForwardingSettings forwarding = state.policy().forwarding();
        this.peer = new Peer(arrival.client().address(), arrival.client().trusted(), arrival.tls());
        this.decoder = new RequestDecoder(sizes(limits), limits.headerCount(), loop.names(),
                new LookAlikeFields(forwarding.lookAlikes(), state.refusals(), peer.address()),
                loop::nanos);
        this.listenerPort = Admission.port(channel);
        this.unserved = new UnservedRequests(loop, decoder, peer, listenerPort, clients.exchanges());
        this.memory = new ClientMemory(channel, http.waiting(), decoder, loop.memory(), clients.relief());
        loop.readMemory().serve(channel);
    }

    private static Http1ServerConfig sizes(Limits limits) {
        return new Http1ServerConfig()
                .setMaxInitialLineLength(limits.requestLine())
                .setMaxHeaderSize(limits.headers())
                .setMaxChunkSize(Loop.BODY_PIECE);
    }

    /** Begins to serve the requests of a connection that has passed its listener's steps. */
    static ClientConnection accept(ClientConnections clients, Arrival arrival) {
        Channel channel = arrival.channel();
        Http1Requests http = new Http1Requests();
        ClientConnection connection = new ClientConnection(clients, arrival, http);
        SlowReader.bound(channel);
        if (connection.limits.halfClose()) {
            channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        }
        channel.pipeline().addLast(WATCH, new ClientWatch(connection))
                .addLast(connection.decoder)
                .addLast(http);
        http.serve(connection, clients, channel.pipeline().lastContext());
        connection.loop.schedule(connection, connection.limits.head());
        return connection;
    }

    Peer peer() {
        return peer;
    }

    /** Of the listener. */
    int listenerPort() {
        return listenerPort;
    }

    /** The peer's address in text, without port. */
    String address() {
        return peer.address();
    }

    /** False once it was ended because memory ran out. */
    boolean holdsMemory() {
        return !memory.released();
    }

    ClientMemory memory() {
        return memory;
    }

    /** When it was accepted, by the clock of the event loop. */
    long acceptedNanos() {
        return acceptedNanos;
    }

    /** The value of Date at this moment. */
    CharSequence date() {
        return loop.date();
    }

    /** Of its listener. */
    PortRules rules() {
        return rules;
    }

    /** The answer to the present request is the last one; what the client sent after it is not served. */
    void endsWithAnswer() {
        ending = true;
    }

    boolean ending() {
        return ending;
    }

    /**
     * A request begins.
     *
     * @return when its first byte was read
     */
    long requestBegins() {
        serving = true;
        requestCount++;
        headBegan = false;
        return decoder.begunNanos(0);
    }

    /** As far as the client is concerned, another request may follow the oldest that is not answered. */
    boolean goesOn() {
        return decoder.goesOn();
    }

    /** Answers a head that could not be decoded; what comes after it is dropped. */
    void refuse(Failure failure, ClientStream answer) {
        unserved.refused(0, failure);
        answer.last();
        answer.problem(failure, 1);
        closeSoon();
    }

    /** No request is being served. */
    boolean idle() {
        return !serving;
    }

    /** No request is being served, and the next one has begun to come. */
    boolean headUnderWay() {
        return !serving && decoder.headBegun();
    }

    /** Requests so far. */
    long requestCount() {
        return requestCount;
    }

    /** The client takes no more at the moment. */
    boolean full() {
        return !channel.isWritable();
    }

    /** No further request is served: the limit is reached, or the client has ended its side. */
    boolean spent() {
        return inputEnded && decoder.servesLast() || limits.requestsPerConnection().isPresent()
                && requestCount >= limits.requestsPerConnection().getAsInt();
    }

    /** A read has been decoded; as {@link ClientMemory#decoded}. */
    void decoded(boolean lent) {
        memory.decoded(lent);
        http.decoded();
    }

    /** More has come than one request, which is not answered. */
    boolean sentAhead() {
        return !decoder.inBody() && (decoder.unanswered() > 1 || decoder.headBegun());
    }

    /** From now on it carries another protocol; no limit on requests and their answers holds any more. */
    TunnelEnd switchProtocols() {
        loop.cancel(this);
        slowReader.ifPresent(SlowReader::caughtUp);
        return TunnelEnd.before(channel.pipeline().context(WATCH));
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

    /** What has come is a ClientHello, at a port in clear text: the connection ends. */
    boolean refusesTls() {
        boolean first = requestCount == 0 && !headBegan && !decoder.headBegun() && peer.tls().isEmpty();
        if (first && !closing) {
            refusals.handshake(HandshakeError.TLS_AT_PLAIN_PORT, peer.address());
            http.writes().write(Unpooled.wrappedBuffer(HANDSHAKE_FAILURE));
            close();
        }
        return first;
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
        serving = false;
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
        if (closingSoon) {
            close();
            return;
        }
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

    /** What goes wrong on the connection ends its request. */
    void broken(Throwable cause) {
        if (cause instanceof Refused refused) {
            cutCause = Optional.of(refused.rule().failure());
        }
    }

    void gone() {
        lingering.ifPresent(waits -> waits.handle(null));
        // The next request begins at once, unless the connection is to end with the one before.
        boolean last = ending || !serving && !closedInService;
        unserved.gone(serving ? 1 : 0, cutCause.orElse(last ? Failure.NOT_SERVED : Failure.CLIENT_GONE),
                cutCause.orElse(ending && !inputEnded ? Failure.NOT_SERVED : Failure.CLIENT_GONE));
        closed = true;
        memory.closed();
        loop.cancel(this);
        slowReader.ifPresent(loop::cancel);
    }

    /** Ends this node's side once all that was written is out; what the client sends is still read. */
    void endAnswers() {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            SslHandler tls = channel.pipeline().get(SslHandler.class);
            if (tls == null || !channel.isActive()) {
                ((DuplexChannel) channel).shutdownOutput();
            } else {
                // The socket's end alone could be anybody's on the way (RFC 8446, section 6.1).
                tls.closeOutbound().addListener(said -> ((DuplexChannel) channel).shutdownOutput());
            }
        });
    }

    /**
     * Closes when the client does, but soon, and meanwhile drops what it sends: what came after a close would
     * be answered by a reset, and the client might lose the answer over it (RFC 9112, section 9.6).
     */
    void closeSoon() {
        if (inputEnded || closing) {
            close();
            return;
        }
        endAnswers();
        ending = true;
        closing = true;
        closingSoon = true;
        if (!closed) {
            loop.schedule(this, FAREWELL);
        }
    }

    /** Closes when all that was written is out, or when the client does not take it. */
    void close() {
        http.writes().close();
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
    void reset() {
        Reset.close(channel);
    }

    @Override
    protected void expired() {
        if (closing) {
            abort();
        } else if (!serving) {
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
            http.writes().write(OwnAnswer.whole(failure, loop.date(), rules.hsts()));
        }
        close();
    }
}
