package dev.gyre.upstream;

import io.netty.handler.codec.http.HttpHeaders;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;

/** One request to a backend and the answer to it, whatever protocol carries them. Used on one event loop. */
public interface BackendStream {

    // The request.

    /** Its fields, until its head is sent. */
    MultiMap headers();

    /** The end of the request tells its length. */
    void chunked();

    void sendHead();

    Future<Void> write(Buffer piece);

    Future<Void> end(Buffer lastPiece);

    void end();

    /** The backend takes no more at the moment. */
    boolean full();

    /** @param drained runs when the backend takes more again */
    void whenDrained(Handler<Void> drained);

    /** The answer is not wanted any more. */
    void reset();

    // The answer.

    /** The request that the answer is for. */
    interface Asker {

        /** The head of the answer has come; what follows can be used from now on. */
        void answered(BackendStream stream);

        /** There will be no answer. */
        void lost(BackendStream stream, Throwable cause);
    }

    void whenAnswered(Asker asker);

    void whenContinued(Handler<Void> continued);

    void whenEarlyHints(Handler<MultiMap> hints);

    /** The backend has sent something, an interim answer or a part of a head included. */
    boolean answered();

    /** The fields of the latest head that has come, interim answers included, as they were decoded. */
    HttpHeaders fields();

    /** The answer is one of HTTP/1.0. */
    boolean old();

    /**
     * The client takes no more at the moment, or does again. What has been read goes on to him all the same,
     * so that nothing of it is left here when the backend closes; what has not been is left with the backend.
     */
    void hold(boolean on);

    int status();

    /** The reason phrase of HTTP/1. */
    String reason();

    MultiMap answerHeaders();

    /** @param broke runs when the answer breaks off */
    void read(Handler<Buffer> piece, Handler<Void> ended, Handler<Throwable> broke);

    /** What came after the body. */
    MultiMap trailers();
}
