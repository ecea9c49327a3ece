package dev.gyre.listener;

import dev.gyre.model.Failure;
import dev.gyre.model.Peer;
import dev.gyre.tunnel.TunnelEnd;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;

/**
 * One request from a client and the answer to it, whatever protocol carries them. Used on one event loop. The
 * answer is one of this node's own, or a backend's that is passed on piece by piece.
 */
public interface ClientStream {

    Peer peer();

    /** Of the listener that it came through. */
    int port();

    /** Of the listener that it came through. */
    PortRules rules();

    /** When its first byte was read, by the clock of the event loop. */
    long begunNanos();

    HttpMethod method();

    HttpVersion version();

    /** The version in text, as in {@code HTTP/1.1}. */
    default String protocol() {
        return version() == HttpVersion.HTTP_1_0 ? "HTTP/1.0" : "HTTP/1.1";
    }

    /** As the client wrote it. */
    String target();

    MultiMap headers();

    // The request's body.

    /** Reads nothing of the body until {@link #resume}; {@code broken} runs when it can never end. */
    void pause(Handler<Throwable> broken);

    void pause();

    void resume();

    void read(Handler<Buffer> piece, Handler<Void> ended);

    /** This node keeps so many bytes of the body more for another attempt, or fewer. */
    void keep(int more);

    /** This piece of the body takes no heap any more. */
    void passedOn(Buffer piece);

    // The answer.

    /** What serves the request. */
    interface Server {

        /** The connection has ended before the request is {@link #finished}. */
        void clientGone();
    }

    void servedBy(Server server);

    /** Ends the request then, and tells why: {@link Failure#CLIENT_GONE}, or why this node has cut it. */
    Failure lost();

    void sendContinue();

    void sendEarlyHints(MultiMap fields);

    void status(int status);

    /** The reason phrase, where the protocol has one and it is not the usual one. */
    void reason(String phrase);

    /** The fields of the answer, until its head is sent. */
    MultiMap answerHeaders();

    /** The answer is as long as its end tells, and may have trailers. */
    void chunked();

    boolean isChunked();

    MultiMap trailers();

    void sendHead();

    boolean headSent();

    /** 0 before the head is sent. */
    int statusSent();

    /** Bytes of the answer's body. */
    long bytesSent();

    void write(Buffer piece);

    void end(Buffer lastPiece);

    void end();

    boolean ended();

    /** The client takes no more at the moment. */
    boolean full();

    /** @param drained runs when the client takes more again */
    void whenDrained(Handler<Void> drained);

    /** The client takes no more of its answer, which came in small reads; or it has taken what there was. */
    void behind(boolean is);

    // Answers of this node's own.

    /** What this node can do, asked by OPTIONS. */
    void options();

    /** @param retryAfterSeconds for how long an answer of 503 asks the client to stay away */
    void problem(Failure failure, int retryAfterSeconds);

    // Another protocol.

    /**
     * It asks for another protocol: from here to its answer nothing may come behind it.
     *
     * @param sentAhead runs when something does, before this returns where it has
     */
    void upgrades(Runnable sentAhead);

    /** Sends the head of the answer, a 101, after which the connection carries HTTP no more. */
    TunnelEnd switchProtocols();

    // The end.

    /** Nothing may follow this request on its connection. */
    void last();

    /** The connection has had as many requests as it may, or as it will. */
    boolean spent();

    /** Says in the head of the answer that the connection ends with it, if it does. */
    void announceLast();

    /**
     * Part of the answer is out: only a broken connection says that the rest will never come.
     *
     * @param wouldLookComplete the end of the connection is how this answer ends when all is well
     */
    void breakOff(Failure failure, boolean wouldLookComplete);

    /** The answer is out, and the rest of the request is still to come. */
    void linger();

    /** Nothing is left to be done for this request; called once. */
    void finished();

    /** After {@link #finished}: ends the connection if nothing may follow on it. */
    void closeIfLast();

    /** After {@link #finished}: ends the connection. */
    void close();
}
