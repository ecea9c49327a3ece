package dev.gyre.upstream;

import dev.gyre.loop.Loop;
import dev.gyre.model.BackendId;
import dev.gyre.model.Scheme;
import io.vertx.core.Future;
import io.vertx.core.http.HttpConnectOptions;
import java.time.Duration;

/** Opens connections of HTTP/1 in clear text. */
final class Http1Connector implements Connector {

    @Override
    public Future<BackendConnection> connect(Loop loop, BackendId to, Duration timeout) {
        if (to.url().scheme() != Scheme.HTTP) {
            return Future.failedFuture("no clear text to " + to.url());
        }
        HttpConnectOptions options = new HttpConnectOptions().setHost(to.host()).setPort(to.url().port());
        return loop.client(timeout).connect(options).map(http -> new Http1BackendConnection(loop, http));
    }
}
