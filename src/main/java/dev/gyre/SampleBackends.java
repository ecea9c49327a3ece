package dev.gyre;

import dev.gyre.model.BackendUrl;
import dev.gyre.model.HttpDate;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** Small web servers on loopback whose answers name the server. The fourth is slow. */
final class SampleBackends {

    private static final String LOOPBACK = "127.0.0.1";
    private static final int FIRST_PORT = 9001;
    private static final int SLOW = 4;
    private static final long SLOW_MILLIS = 200;

    private SampleBackends() {
    }

    /** On ports 9001 and up if they are free, else on any. */
    static Future<List<BackendUrl>> start(Vertx vertx, int count) {
        Future<List<BackendUrl>> started = Future.succeededFuture(new ArrayList<>());
        for (int i = 1; i <= count; i++) {
            int number = i;
            started = started.compose(urls -> start(vertx, number, FIRST_PORT + number - 1)
                    .recover(portInUse -> start(vertx, number, 0))
                    .map(server -> {
                        urls.add(new BackendUrl(LOOPBACK, server.actualPort()));
                        return urls;
                    }));
        }
        return started;
    }

    private static Future<HttpServer> start(Vertx vertx, int number, int port) {
        HttpDate date = new HttpDate(InstantSource.system());
        return vertx.createHttpServer(new HttpServerOptions())
                .requestHandler(request -> {
                    request.response().putHeader("date", date.now());
                    answer(vertx, request, number);
                })
                .listen(port, LOOPBACK);
    }

    private static void answer(Vertx vertx, HttpServerRequest request, int number) {
        if (number == SLOW) {
            vertx.setTimer(SLOW_MILLIS, timer -> answer(request, number));
        } else {
            answer(request, number);
        }
    }

    private static void answer(HttpServerRequest request, int number) {
        request.response().putHeader("content-type", "text/plain; charset=utf-8")
                .end("hello from backend " + number + "\n");
    }
}
