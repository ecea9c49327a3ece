package dev.gyre.exchange;

import dev.gyre.gate.ListField;
import dev.gyre.gate.Refused;
import dev.gyre.gate.Rule;
import dev.gyre.listener.ClientStream;
import dev.gyre.upstream.BackendStream;
import dev.gyre.vertx.ReadMemory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.util.List;

/** Passes a backend's answer on as it comes, never faster than the client takes it. */
final class ResponseForwarder implements BackendStream.AnswerReader {

    /** The exchange that the answer belongs to. */
    interface Parent {

        /** Something has moved. */
        void touch();

        /** The answer went through to its last byte. */
        void answered();

        /** The rest of the answer will never come, or makes no sense. */
        void answerBroke(Throwable cause);
    }

    private static final long UNKNOWN = -1;

    private final Parent parent;
    private final BackendStream from;
    private final HttpHeaders fields;
    private final ClientStream to;
    private final ToClient toClient;
    private long length = UNKNOWN;
    private long received;
    /** The client takes no more at the moment. */
    private boolean blocked;
    private boolean heldBack;
    private boolean dropping;

    ResponseForwarder(Parent parent, BackendStream from, ClientStream to, ToClient toClient) {
        this.toClient = toClient;
        // As they were decoded.
        this.fields = from.fields();
        this.parent = parent;
        this.from = from;
        this.to = to;
    }

    /** So much of the body has come. */
    long received() {
        return received;
    }

    int status() {
        return from.status();
    }

    /**
     * Writes the head into the client's answer; it goes out with the first piece of the body, or as soon as
     * the event loop finds that none came with it.
     *
     * @throws Refused when it cannot be passed on as it was meant
     */
    void begin() {
        checkFraming();
        to.status(status());
        if (status() != 304) {
            to.reason(from.reason());
        }
        boolean chunked = length == UNKNOWN && !bodiless() && to.version() != HttpVersion.HTTP_1_0;
        toClient.write(fields, from.old(), chunked, to.answerHeaders());
        if (chunked) {
            to.chunked();
        }
        if (endsByClose()) {
            to.last();
        }
        from.read(this);
    }

    private void checkFraming() {
        List<String> codings = ListField.TRANSFER_ENCODING.lines(fields);
        if (!codings.isEmpty()) {
            // E.g. gzip as a transfer coding, which the client would not learn of and so could not decode.
            RequestLength.checkChunked(codings);
        }
        String contentLength = fields.get(HttpHeaderNames.CONTENT_LENGTH);
        if (contentLength != null) {
            length = ContentLength.parse(contentLength);
            if (length == ContentLength.INVALID) {
                throw Rule.LENGTH_FORM.refused();
            }
        }
    }

    /** RFC 9110, section 6.4.1 */
    private boolean bodiless() {
        return to.method() == HttpMethod.HEAD || status() == 204 || status() == 304;
    }

    /** Only the end of the connection tells an HTTP/1.0 client where this answer ends. */
    boolean endsByClose() {
        return length == UNKNOWN && !bodiless() && to.version() == HttpVersion.HTTP_1_0;
    }

    @Override
    public void piece(Buffer data) {
        if (dropping) {
            ReadMemory.drop(data);
            return;
        }
        parent.touch();
        received += data.length();
        if (received == length) {
            to.end(ReadMemory.once(data));
            return;
        }
        to.write(ReadMemory.once(data));
        if (!blocked && to.full()) {
            if (!heldBack) {
                to.whenDrained(v -> unblocked());
            }
            blocked = true;
            heldBack = true;
            if (!ReadMemory.lends(data)) {
                to.behind(true);
            }
            // A pause of Vert.x's would end in a task, which Netty's io_uring lets wait for up to 128 turns
            // of the other connections.
            from.hold(true);
        }
    }

    private void unblocked() {
        if (blocked) {
            blocked = false;
            to.behind(false);
            parent.touch();
            from.hold(false);
        }
    }

    @Override
    public void broke(Throwable cause) {
        parent.answerBroke(cause);
    }

    @Override
    public void ended() {
        if (dropping) {
            return;
        }
        if (!to.ended()) {
            if (to.isChunked()) {
                Trailers.write(from.trailers(), fields, to.trailers());
            }
            to.end();
        }
        parent.answered();
    }

    /** The rest of it is dropped. */
    void drop() {
        dropping = true;
    }

    /** Sends the head alone when no part of the body came with it. */
    void flushHead() {
        if (!to.headSent() && !to.ended() && !bodiless() && length != 0 && !endsByClose()) {
            to.sendHead();
        }
    }

    /** The client does not take more at the moment. */
    boolean blocked() {
        return blocked;
    }

    /** The client has once taken less than came, so that the backend may have had to wait for it. */
    boolean heldBack() {
        return heldBack;
    }
}
