package dev.gyre.listener;

import dev.gyre.model.Failure;
import dev.gyre.model.Peer;
import dev.gyre.vertx.ReadMemory;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.util.Optional;
import java.util.function.Consumer;

/** A request of HTTP/1: one of several on its connection, one after the other. */
public final class Http1ClientStream implements ClientStream, Handler<Void> {

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final ClientConnection client;
    private final long begunNanos;
    private Server server;
    private boolean last;

    private Http1ClientStream(HttpServerRequest request, ClientConnection client) {
        this.begunNanos = client.requestBegins();
        this.request = request;
        this.response = request.response();
        this.client = client;
    }

    /**
     * Begins with a request, unless its connection ends with an earlier one, or is gone.
     *
     * @param handler of it
     */
    public static void begin(HttpServerRequest request, Consumer<ClientStream> handler) {
        Optional<ClientConnection> client = ClientConnection.of(request.connection());
        if (client.isEmpty() || client.get().ending()) {
            return;
        }
        if (request.version() == HttpVersion.HTTP_1_0) {
            client.get().speakOwnVersion();
        }
        handler.accept(new Http1ClientStream(request, client.get()));
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
    public long begunNanos() {
        return begunNanos;
    }

    @Override
    public HttpMethod method() {
        return request.method();
    }

    @Override
    public HttpVersion version() {
        return request.version();
    }

    @Override
    public String target() {
        return request.uri();
    }

    @Override
    public MultiMap headers() {
        return request.headers();
    }

    @Override
    public void pause(Handler<Throwable> broken) {
        request.pause();
        request.exceptionHandler(broken);
    }

    @Override
    public void pause() {
        request.pause();
    }

    @Override
    public void resume() {
        request.resume();
    }

    @Override
    public void read(Handler<Buffer> piece, Handler<Void> ended) {
        request.handler(piece);
        request.endHandler(ended);
    }

    @Override
    public void keep(int more) {
        client.memory().keep(more);
    }

    @Override
    public void passedOn(Buffer piece) {
        if (!ReadMemory.lends(piece)) {
            client.memory().passedOn(piece.length());
        }
    }

    @Override
    public void servedBy(Server by) {
        server = by;
        response.closeHandler(this);
    }

    @Override
    public void handle(Void closed) {
        server.clientGone();
    }

    @Override
    public Failure lost() {
        return client.lost();
    }

    @Override
    public void sendContinue() {
        response.writeContinue();
    }

    @Override
    public void sendEarlyHints(MultiMap fields) {
        response.writeEarlyHints(fields);
    }

    @Override
    public void status(int status) {
        response.setStatusCode(status);
    }

    @Override
    public void reason(String phrase) {
        if (!phrase.equals(response.getStatusMessage())) {
            response.setStatusMessage(phrase);
        }
    }

    @Override
    public MultiMap answerHeaders() {
        return response.headers();
    }

    @Override
    public void chunked() {
        response.setChunked(true);
    }

    @Override
    public boolean isChunked() {
        return response.isChunked();
    }

    @Override
    public MultiMap trailers() {
        return response.trailers();
    }

    @Override
    public void sendHead() {
        response.writeHead();
    }

    @Override
    public boolean headSent() {
        return response.headWritten();
    }

    @Override
    public int statusSent() {
        return response.headWritten() ? response.getStatusCode() : 0;
    }

    @Override
    public long bytesSent() {
        return response.bytesWritten();
    }

    @Override
    public void write(Buffer piece) {
        response.write(piece);
    }

    @Override
    public void end(Buffer lastPiece) {
        response.end(lastPiece);
    }

    @Override
    public void end() {
        response.end();
    }

    @Override
    public boolean ended() {
        return response.ended();
    }

    @Override
    public boolean full() {
        return response.writeQueueFull();
    }

    @Override
    public void whenDrained(Handler<Void> drained) {
        response.drainHandler(drained);
    }

    @Override
    public void behind(boolean is) {
        client.memory().behind(is);
    }

    @Override
    public void options() {
        announceLast();
        OwnAnswer.options(response, client.date()).end();
    }

    @Override
    public void problem(Failure failure, int retryAfterSeconds) {
        Buffer problem = OwnAnswer.prepare(failure, response, retryAfterSeconds, client.date());
        announceLast();
        response.end(problem);
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
            client.endWithAnswerTo(request);
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
        client.requestEnded();
    }

    @Override
    public void closeIfLast() {
        if (last) {
            client.close();
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
