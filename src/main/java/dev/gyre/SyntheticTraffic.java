package dev.gyre;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients that ask as real ones do, over and over, and the backend that answers them: answers of a few bytes
 * and of many, with a length and in chunks, requests with bodies, and now and then a new connection.
 */
final class SyntheticTraffic {

    static final int CLIENTS = 16;

    private static final Buffer SMALL = Buffer.buffer(new byte[133]);
    private static final Buffer LARGE = Buffer.buffer(new byte[10_000]);
    private static final String CHUNKED = "/chunked";
    private static final List<Ask> ASKS = List.of(new Ask(HttpMethod.GET, "/small"),
            new Ask(HttpMethod.GET, "/large"), new Ask(HttpMethod.POST, "/small"),
            new Ask(HttpMethod.GET, CHUNKED), new Ask(HttpMethod.POST, CHUNKED));
    /** So many requests of a client to one on a connection that is closed after it. */
    private static final int TO_A_CLOSE = 16;

    private final HttpClientAgent client;
    private final RequestOptions to;
    private final AtomicLong answered = new AtomicLong();
    private final Promise<Void> ended = Promise.promise();
    private int present = CLIENTS;
    private volatile boolean ending;

    private SyntheticTraffic(HttpClientAgent client, RequestOptions to) {
        this.client = client;
        this.to = to;
    }

    private record Ask(HttpMethod method, String target) {
    }

    static Future<HttpServer> backend(Vertx vertx, String host) {
        return vertx.createHttpServer().requestHandler(SyntheticTraffic::answer).listen(0, host);
    }

    private static void answer(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            Buffer answer = request.path().equals("/small") ? SMALL : LARGE;
            if (request.path().equals(CHUNKED)) {
                request.response().setChunked(true).write(answer);
                request.response().end(SMALL);
            } else {
                request.response().putHeader("Content-Type", "application/octet-stream").end(answer);
            }
        });
    }

    /** Goes on until its end; a client whose request fails gives up. */
    static SyntheticTraffic begin(Vertx vertx, String host, int port) {
        HttpClientAgent client = vertx.createHttpClient(new PoolOptions().setHttp1MaxSize(CLIENTS));
        RequestOptions to = new RequestOptions().setHost(host).setPort(port);
        SyntheticTraffic traffic = new SyntheticTraffic(client, to);
        vertx.runOnContext(v -> {
            for (int i = 0; i < CLIENTS; i++) {
                traffic.ask(i);
            }
        });
        return traffic;
    }

    private void ask(int number) {
        if (ending) {
            leave();
            return;
        }
        Ask ask = ASKS.get(number % ASKS.size());
        RequestOptions options = new RequestOptions(to).setMethod(ask.method()).setURI(ask.target());
        if (number % TO_A_CLOSE == 0) {
            options.putHeader("Connection", "close");
        }
        client.request(options)
                .compose(request -> ask.method() == HttpMethod.POST ? request.send(LARGE) : request.send())
                .compose(answer -> answer.body())
                .onSuccess(body -> {
                    answered.incrementAndGet();
                    ask(number + 1);
                })
                .onFailure(e -> leave());
    }

    private void leave() {
        present--;
        if (present == 0) {
            ended.complete();
        }
    }

    /** Lets every client get the answer it waits for. */
    Future<Void> end() {
        ending = true;
        return ended.future();
    }

    /** How many requests so far. */
    long answered() {
        return answered.get();
    }
}
