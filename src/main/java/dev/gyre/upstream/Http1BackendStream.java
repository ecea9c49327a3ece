package dev.gyre.upstream;

import dev.gyre.tunnel.TunnelEnd;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.impl.headers.HeadersAdaptor;
import io.vertx.core.http.impl.headers.Http1xHeaders;
import io.vertx.core.internal.buffer.BufferInternal;

/**
 * A request of HTTP/1, which has its connection for itself until it is answered. Each has one of these, which
 * is all that it allocates here: what a request does after its end must not reach the next one.
 */
final class Http1BackendStream implements BackendStream {

    /** The connection. Ignores what streams do that it carries no longer. */
    interface Carrier {

        /** @param piece of the body; null: none */
        void write(Http1BackendStream by, Buffer piece, boolean last, Runnable passedOn);

        boolean full();

        void hold(Http1BackendStream by, boolean on);

        void reset(Http1BackendStream by);

        TunnelEnd switchProtocols();
    }

    private final Carrier carrier;
    private final HttpMethod method;
    private final String target;
    private final Http1xHeaders headers;
    private boolean chunked;
    private boolean upgrades;
    private boolean headSent;
    private boolean answered;
    private Asker asker;
    private Handler<Void> drained;
    private Http1xHeaders fields;
    private HttpVersion version;
    /** Null until the head of the final answer has come. */
    private HttpResponseStatus status;
    private AnswerReader reader;
    private HttpHeaders trailers;

    /** @param headers an empty map, which is the stream's until its head is sent */
    Http1BackendStream(Carrier carrier, HttpMethod method, String target, Http1xHeaders headers) {
        this.carrier = carrier;
        this.method = method;
        this.target = target;
        this.headers = headers;
    }

    HttpMethod method() {
        return method;
    }

    String target() {
        return target;
    }

    @Override
    public Http1xHeaders headers() {
        return headers;
    }

    @Override
    public void chunked() {
        chunked = true;
    }

    boolean isChunked() {
        return chunked;
    }

    @Override
    public void upgrades() {
        upgrades = true;
    }

    boolean mayUpgrade() {
        return upgrades;
    }

    boolean headSent() {
        return headSent;
    }

    void headIsSent() {
        headSent = true;
    }

    @Override
    public void sendHead() {
        carrier.write(this, null, false, UNAWAITED);
    }

    @Override
    public void write(Buffer piece, Runnable passedOn) {
        carrier.write(this, piece, false, passedOn);
    }

    @Override
    public void end(Buffer lastPiece, Runnable passedOn) {
        carrier.write(this, lastPiece, true, passedOn);
    }

    @Override
    public void end() {
        carrier.write(this, null, true, UNAWAITED);
    }

    @Override
    public boolean full() {
        return carrier.full();
    }

    @Override
    public void whenDrained(Handler<Void> then) {
        drained = then;
    }

    void drained() {
        if (drained != null) {
            drained.handle(null);
        }
    }

    @Override
    public void reset() {
        carrier.reset(this);
    }

    @Override
    public void whenAnswered(Asker by) {
        asker = by;
    }

    /** Something has come. */
    void begins() {
        answered = true;
    }

    /** A final head, that of a 101 included, or one of 100 or 103, which the final one follows. */
    void head(HttpResponse head) {
        fields = (Http1xHeaders) head.headers();
        version = head.protocolVersion();
        int code = head.status().code();
        if (code >= 200 || code == HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
            status = head.status();
            asker.answered(this);
        } else if (code == HttpResponseStatus.CONTINUE.code()) {
            asker.continued(this);
        } else {
            asker.earlyHints(this);
        }
    }

    /** Takes a piece of the body over; false when nobody reads it. */
    boolean takes(BufferInternal piece) {
        if (reader != null) {
            reader.piece(piece);
        }
        return reader != null;
    }

    /** An interim answer, which nobody reads, ends as well. */
    void ended(HttpHeaders after) {
        AnswerReader by = reader;
        reader = null;
        trailers = after;
        if (by != null) {
            by.ended();
        }
    }

    void broke(Throwable cause) {
        if (status == null) {
            asker.lost(this, cause);
        } else if (reader != null) {
            reader.broke(cause);
        }
    }

    @Override
    public boolean answered() {
        return answered;
    }

    @Override
    public HttpHeaders fields() {
        return fields;
    }

    @Override
    public boolean old() {
        return version.equals(HttpVersion.HTTP_1_0);
    }

    @Override
    public void hold(boolean on) {
        carrier.hold(this, on);
    }

    @Override
    public int status() {
        return status.code();
    }

    @Override
    public String reason() {
        return status.reasonPhrase();
    }

    @Override
    public MultiMap answerHeaders() {
        return fields;
    }

    @Override
    public TunnelEnd switchProtocols() {
        return carrier.switchProtocols();
    }

    @Override
    public void read(AnswerReader by) {
        reader = by;
    }

    @Override
    public MultiMap trailers() {
        return new HeadersAdaptor(trailers);
    }
}
