package dev.gyre.upstream;

import dev.gyre.loop.Loop;
import dev.gyre.model.BackendId;
import dev.gyre.model.Scheme;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;

/** Opens connections of HTTP/1 in clear text. */
final class Http1Connector implements Connector {

    @Override
    public Future<BackendConnection> connect(Loop loop, BackendId to, Duration timeout) {
        if (to.url().scheme() != Scheme.HTTP) {
            return Future.failedFuture("no clear text to " + to.url());
        }
        Promise<BackendConnection> opened = Promise.promise();
        Http1BackendConnection connection = new Http1BackendConnection(loop);
        loop.connect(to.host(), to.url().port(), timeout, connection).addListener(connecting -> {
            if (connecting.isSuccess()) {
                opened.complete(connection);
            } else {
                opened.fail(connecting.cause());
            }
        });
        return opened.future();
    }
}
