package dev.gyre.upstream;

import io.netty.handler.codec.http.HttpHeaders;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;

/** A request of HTTP/1, which has its connection for itself until it is answered. */
final class Http1BackendStream implements BackendStream, Completable<HttpClientResponse> {

    /** The connection, which has decoded the latest head itself. */
    interface Carrier {

        boolean answered();

        HttpHeaders fields();

        boolean old();

        void hold(boolean on);
    }

    private final HttpClientRequest request;
    private final Carrier carrier;
    private Asker asker;
    /** Null until its head has come. */
    private HttpClientResponse answer;

    Http1BackendStream(HttpClientRequest request, Carrier carrier) {
        this.request = request;
        this.carrier = carrier;
        // How it fails is told by the answer's future; without a handler Vert.x would log it as well.
        request.exceptionHandler(e -> { });
    }

    @Override
    public MultiMap headers() {
        return request.headers();
    }

    @Override
    public void chunked() {
        request.setChunked(true);
    }

    @Override
    public void sendHead() {
        request.sendHead();
    }

    @Override
    public Future<Void> write(Buffer piece) {
        return request.write(piece);
    }

    @Override
    public Future<Void> end(Buffer lastPiece) {
        return request.end(lastPiece);
    }

    @Override
    public void end() {
        request.end();
    }

    @Override
    public boolean full() {
        return request.writeQueueFull();
    }

    @Override
    public void whenDrained(Handler<Void> drained) {
        request.drainHandler(drained);
    }

    @Override
    public void reset() {
        request.reset();
    }

    @Override
    public void whenAnswered(Asker by) {
        asker = by;
        request.response().onComplete(this);
    }

    @Override
    public void complete(HttpClientResponse response, Throwable failure) {
        if (failure == null) {
            answer = response;
            asker.answered(this);
        } else {
            asker.lost(this, failure);
        }
    }

    @Override
    public void whenContinued(Handler<Void> continued) {
        request.continueHandler(continued);
    }

    @Override
    public void whenEarlyHints(Handler<MultiMap> hints) {
        request.earlyHintsHandler(hints);
    }

    @Override
    public boolean answered() {
        return carrier.answered();
    }

    @Override
    public HttpHeaders fields() {
        return carrier.fields();
    }

    @Override
    public boolean old() {
        return carrier.old();
    }

    @Override
    public void hold(boolean on) {
        carrier.hold(on);
    }

    @Override
    public int status() {
        return answer.statusCode();
    }

    @Override
    public String reason() {
        return answer.statusMessage();
    }

    @Override
    public MultiMap answerHeaders() {
        return answer.headers();
    }

    @Override
    public void read(Handler<Buffer> piece, Handler<Void> ended, Handler<Throwable> broke) {
        answer.handler(piece);
        answer.endHandler(ended);
        answer.exceptionHandler(broke);
    }

    @Override
    public MultiMap trailers() {
        return answer.trailers();
    }
}
