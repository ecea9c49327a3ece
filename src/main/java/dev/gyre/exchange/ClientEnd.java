package dev.gyre.exchange;

import dev.gyre.listener.ClientConnection;
import dev.gyre.listener.OwnAnswer;
import dev.gyre.model.Failure;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/** How a request ends for its client, and whether the connection ends with it. */
final class ClientEnd {

    private final HttpServerRequest request;
    private final ClientConnection client;
    private boolean last;
    private int retryAfterSeconds = 1;

    ClientEnd(HttpServerRequest request, ClientConnection client) {
        this.request = request;
        this.client = client;
    }

    /** Nothing may follow this request on its connection. */
    void last() {
        last = true;
    }

    /** Says in the head of the answer that the connection ends with it, if it does. */
    void announce() {
        if (last) {
            client.endWithAnswerTo(request);
        }
    }

    /** An answer of Gyre's own that asks for nothing more. */
    void options() {
        announce();
        OwnAnswer.options(request.response(), client.date()).end();
    }

    /** For how long an answer of 503 asks the client to stay away; 1 s if nothing is said. */
    void retryAfter(int seconds) {
        retryAfterSeconds = seconds;
    }

    void problem(Failure failure) {
        HttpServerResponse response = request.response();
        Buffer problem = OwnAnswer.prepare(failure, response, retryAfterSeconds, client.date());
        announce();
        response.end(problem);
    }

    /**
     * Part of the answer is out: only a broken connection says that the rest will never come.
     *
     * @param wouldLookComplete the end of the connection is how this answer ends when all is well
     */
    void breakOff(Failure failure, boolean wouldLookComplete) {
        if (wouldLookComplete || failure == Failure.CLIENT_TIMEOUT) {
            client.reset();
        } else {
            client.close();
        }
    }

    /** The answer is out, and the rest of the request is still to come. */
    void linger() {
        if (last) {
            client.endAnswers();
        }
    }

    /** Both have gone through, or nothing of either will come any more. */
    void done() {
        if (last) {
            client.close();
        }
    }
}
