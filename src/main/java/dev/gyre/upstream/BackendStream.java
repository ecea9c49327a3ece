package dev.gyre.upstream;

import dev.gyre.tunnel.TunnelEnd;
import io.netty.handler.codec.http.HttpHeaders;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;

/** One request to a backend and the answer to it, whatever protocol carries them. Used on one event loop. */
public interface BackendStream {

    /** Nothing waits for a piece of a body to be passed on. */
    Runnable UNAWAITED = () -> { };

    // The request.

    /** Its fields, until its head is sent. What has a body has Content-Length, or is {@link #chunked}. */
    MultiMap headers();

    /** The end of the request tells its length. */
    void chunked();

    /** It asks for another protocol, which the answer may be a switch to; called before its head is sent. */
    void upgrades();

    void sendHead();

    /** @param passedOn runs when the piece is written, or is dropped because the connection has ended */
    void write(Buffer piece, Runnable passedOn);

    /** @param passedOn as that of {@link #write} */
    void end(Buffer lastPiece, Runnable passedOn);

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

        /** A 100 (Continue) has come. */
        void continued(BackendStream stream);

        /** A 103 (Early Hints) has come. */
        void earlyHints(BackendStream stream);

        /** The head of the answer has come; what follows can be used from now on. */
        void answered(BackendStream stream);

        /** There will be no answer. */
        void lost(BackendStream stream, Throwable cause);
    }

    /** Called before anything is sent. */
    void whenAnswered(Asker asker);

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

    /** {@link #fields} once more. */
    MultiMap answerHeaders();

    /** Takes the body of an answer. */
    interface AnswerReader {

        void piece(Buffer piece);

        /** The answer has come to its last byte. */
        void ended();

        /** The answer breaks off. */
        void broke(Throwable cause);
    }

    /**
     * Called while the head of a 101 is told, for what follows is of the other protocol: the connection
     * carries HTTP no more.
     */
    TunnelEnd switchProtocols();

    /** Called while the head is told, for the body follows at once; without a reader it is dropped. */
    void read(AnswerReader reader);

    /** What came after the body. */
    MultiMap trailers();
}
