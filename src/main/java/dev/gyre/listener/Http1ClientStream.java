package dev.gyre.listener;

import dev.gyre.model.Failure;
import dev.gyre.model.Peer;
import dev.gyre.tunnel.TunnelEnd;
import dev.gyre.vertx.ReadMemory;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.impl.headers.Http1xHeaders;

/** A request of HTTP/1: one of several on its connection, one after the other. */
final class Http1ClientStream implements ClientStream, Handler<Void> {

    private static final CharSequence HSTS = HttpHeaders.createOptimized("Strict-Transport-Security");
    private static final Http1xHeaders NO_FIELDS = Http1xHeaders.httpHeaders();

    private final HttpRequest request;
    private final MultiMap headers;
    private final HttpVersion version;
    private final HttpMethod method;
    private final ClientConnection client;
    private final Http1Requests connection;
    private final AnswerEncoder encoder;
    /** As far as the client is concerned, another request may follow. */
    private final boolean goesOn;
    private long begunNanos;
    private Server server;

    private Handler<Throwable> broken;
    private Handler<Buffer> piece;
    private Handler<Void> ended;
    private boolean paused;
    private boolean receivedAll;

    private HttpResponseStatus status = HttpResponseStatus.OK;
    private final Http1xHeaders fields = Http1xHeaders.httpHeaders();
    private Http1xHeaders trailers = NO_FIELDS;
    private Handler<Void> drained;
    private boolean chunked;
    private boolean headSent;
    private boolean answered;
    private long bytesSent;
    /** Nothing may follow on the connection, and its head says so. */
    private boolean last;
    private boolean saidLast;
    private boolean finished;
    /** Null where it asks for no other protocol. */
    private Runnable whenSentAhead;
    private boolean sentAhead;

    Http1ClientStream(HttpRequest request, ClientConnection client, Http1Requests connection) {
        this.request = request;
        // Those of a head that could not be read are none.
        this.headers = request.headers() instanceof MultiMap read ? read : NO_FIELDS;
        this.version = request.protocolVersion() == io.netty.handler.codec.http.HttpVersion.HTTP_1_0
                ? HttpVersion.HTTP_1_0 : HttpVersion.HTTP_1_1;
        this.method = HttpMethod.fromNetty(request.method());
        this.goesOn = client.goesOn();
        this.client = client;
        this.connection = connection;
        this.encoder = connection.encoder();
    }

    // What its connection tells it.

    /** It is the one that is served now. */
    void begin() {
        begunNanos = client.requestBegins();
    }

    /** It takes more of its body now. */
    boolean takes() {
        return !paused;
    }

    void received(Buffer part) {
        if (piece == null) {
            ReadMemory.drop(part);
        } else {
            piece.handle(part);
        }
    }

    void receivedAll() {
        receivedAll = true;
        if (ended != null) {
            ended.handle(null);
        }
    }

    /** The rest of it will never come. */
    void broken(Throwable why) {
        if (broken != null && !receivedAll) {
            broken.handle(why);
        }
    }

    void drained() {
        if (drained != null) {
            drained.handle(null);
        }
    }

    /** Nothing may come behind it before it is answered. */
    boolean upgrades() {
        return whenSentAhead != null && !headSent && !sentAhead;
    }

    /** Something has. */
    void sentAhead() {
        sentAhead = true;
        whenSentAhead.run();
    }

    /** It is answered and finished, and has come whole. */
    boolean over() {
        return finished && receivedAll;
    }

    boolean goesOn() {
        return goesOn;
    }

    /** The connection has ended. */
    void gone() {
        if (!answered && !finished) {
            server.clientGone();
        }
    }

    @Override
    public Peer peer() {
        return client.peer();
    }

    @Override
    public int port() {
        return client.listenerPort();
    }

    @Override
    public PortRules rules() {
        return client.rules();
    }

    @Override
    public long begunNanos() {
        return begunNanos;
    }

    @Override
    public HttpMethod method() {
        return method;
    }

    @Override
    public HttpVersion version() {
        return version;
    }

    @Override
    public String target() {
        return request.uri();
    }

    @Override
    public MultiMap headers() {
        return headers;
    }

    @Override
    public void pause(Handler<Throwable> whenBroken) {
        paused = true;
        broken = whenBroken;
    }

    @Override
    public void pause() {
        paused = true;
    }

    @Override
    public void resume() {
        if (paused) {
            paused = false;
            connection.giveOn();
        }
    }

    @Override
    public void read(Handler<Buffer> toPiece, Handler<Void> whenEnded) {
        piece = toPiece;
        ended = whenEnded;
    }

    @Override
    public void keep(int more) {
        client.memory().keep(more);
    }

    @Override
    public void passedOn(Buffer part) {
        if (!ReadMemory.lends(part)) {
            client.memory().passedOn(part.length());
        }
    }

    @Override
    public void servedBy(Server by) {
        server = by;
    }

    /** The connection has ended while the rest of the request is read. */
    @Override
    public void handle(Void closed) {
        server.clientGone();
    }

    @Override
    public Failure lost() {
        return client.lost();
    }

    // The answer.

    @Override
    public void sendContinue() {
        encoder.proceed();
    }

    @Override
    public void sendEarlyHints(MultiMap hints) {
        Http1xHeaders interim = Http1xHeaders.httpHeaders();
        interim.addAll(hints);
        // RFC 9110, section 8.6, and RFC 9112, section 6.1
        interim.remove(HttpHeaders.CONTENT_LENGTH).remove(HttpHeaders.TRANSFER_ENCODING);
        encoder.begin(HttpResponseStatus.EARLY_HINTS, interim, null, false, null);
    }

    @Override
    public void status(int code) {
        status = HttpResponseStatus.valueOf(code);
    }

    @Override
    public void reason(String phrase) {
        if (!phrase.equals(status.reasonPhrase())) {
            status = new HttpResponseStatus(status.code(), phrase);
        }
    }

    @Override
    public MultiMap answerHeaders() {
        return fields;
    }

    @Override
    public void chunked() {
        if (version != HttpVersion.HTTP_1_0) {
            chunked = true;
            fields.set(HttpHeaders.TRANSFER_ENCODING, HttpHeaders.CHUNKED);
        }
    }

    @Override
    public boolean isChunked() {
        return chunked;
    }

    @Override
    public MultiMap trailers() {
        if (trailers == NO_FIELDS) {
            trailers = Http1xHeaders.httpHeaders();
        }
        return trailers;
    }

    @Override
    public void sendHead() {
        send(null, false);
    }

    @Override
    public boolean headSent() {
        return headSent;
    }

    @Override
    public int statusSent() {
        return headSent ? status.code() : 0;
    }

    @Override
    public long bytesSent() {
        return bytesSent;
    }

    @Override
    public void write(Buffer part) {
        send(part, false);
    }

    @Override
    public void end(Buffer lastPiece) {
        send(lastPiece, true);
    }

    @Override
    public void end() {
        send(null, true);
    }

    private void send(Buffer part, boolean ends) {
        if (answered) {
            throw new IllegalStateException("the answer has ended");
        }
        answered = ends;
        bytesSent += part == null ? 0 : part.length();
        Buffer body = part;
        if (part != null && bodiless()) {
            ReadMemory.drop(part);
            body = null;
        }
        Http1xHeaders after = ends ? trailers : null;
        if (headSent) {
            encoder.go(body, chunked, after);
        } else {
            settle(ends ? bytesSent : -1);
            headSent = true;
            encoder.begin(status, fields, body, chunked, after);
        }
    }

    /** RFC 9110, section 6.4.1, and 205, section 15.3.6 */
    private boolean bodiless() {
        int code = status.code();
        return code == 204 || code == 304 || code == 205 || method == HttpMethod.HEAD;
    }

    /**
     * Completes the fields: where the body ends, and whether another request may follow.
     *
     * @param length of the whole body, or -1 when it is not known
     */
    private void settle(long length) {
        if (!saidLast && version == HttpVersion.HTTP_1_0 && goesOn) {
            fields.set(HttpHeaders.CONNECTION, HttpHeaders.KEEP_ALIVE);
        } else if (version == HttpVersion.HTTP_1_1 && !goesOn) {
            fields.set(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        if (client.rules().hsts().isPresent()) {
            // In place of a backend's own.
            fields.set(HSTS, client.rules().hsts().get());
        }
        if (bodiless()) {
            withoutBody();
        } else if (!chunked && !fields.contains(HttpHeaders.CONTENT_LENGTH)) {
            if (length >= 0) {
                fields.set(HttpHeaders.CONTENT_LENGTH, Long.toString(length));
            } else {
                chunked();
            }
        }
    }

    /** RFC 9110, section 8.6, and RFC 9112, section 6.1 */
    private void withoutBody() {
        if (chunked) {
            chunked = false;
            fields.remove(HttpHeaders.TRANSFER_ENCODING);
        }
        if (status.code() == 204) {
            fields.remove(HttpHeaders.CONTENT_LENGTH);
        } else if (status.code() == 205) {
            fields.set(HttpHeaders.CONTENT_LENGTH, "0");
        }
    }

    @Override
    public boolean ended() {
        return answered;
    }

    @Override
    public boolean full() {
        return client.full();
    }

    @Override
    public void whenDrained(Handler<Void> then) {
        drained = then;
    }

    @Override
    public void behind(boolean is) {
        client.memory().behind(is);
    }

    @Override
    public void options() {
        announceLast();
        OwnAnswer.options(this, client.date());
        end();
    }

    @Override
    public void problem(Failure failure, int retryAfterSeconds) {
        // It takes the place of the head of a backend's answer, which may stand here already.
        chunked = false;
        Buffer problem = OwnAnswer.prepare(failure, this, retryAfterSeconds, client.date());
        announceLast();
        end(problem);
    }

    @Override
    public void upgrades(Runnable then) {
        whenSentAhead = then;
        if (client.sentAhead()) {
            sentAhead();
        }
    }

    @Override
    public TunnelEnd switchProtocols() {
        headSent = true;
        answered = true;
        encoder.begin(status, fields, null, false, null);
        return client.switchProtocols();
    }

    @Override
    public void last() {
        last = true;
    }

    @Override
    public boolean spent() {
        return client.spent();
    }

    @Override
    public void announceLast() {
        if (last) {
            saidLast = true;
            client.endsWithAnswer();
            fields.set(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
    }

    @Override
    public void breakOff(Failure failure, boolean wouldLookComplete) {
        if (wouldLookComplete || failure == Failure.CLIENT_TIMEOUT) {
            client.reset();
        } else {
            client.close();
        }
    }

    @Override
    public void linger() {
        client.lingering(this);
        if (last) {
            client.endAnswers();
        }
    }

    @Override
    public void finished() {
        finished = true;
        client.requestEnded();
        connection.finished();
    }

    @Override
    public void closeIfLast() {
        if (last && sentAhead) {
            // It may be sending still, and would lose the answer over a close.
            client.closeSoon();
        } else if (last) {
            client.close();
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
