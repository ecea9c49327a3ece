package dev.gyre.upstream;

import dev.gyre.loop.Loop;
import dev.gyre.model.BackendId;
import dev.gyre.model.Scheme;
import dev.gyre.model.ServicePolicy;
import dev.gyre.tls.BackendContexts;
import io.netty.channel.ChannelFuture;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;

/** Opens connections of HTTP/1 to ports and Unix sockets, within TLS where the URL of the backend says so. */
final class Http1Connector implements Connector {

    private final BackendContexts tls;

    Http1Connector(BackendContexts tls) {
        this.tls = tls;
    }

    @Override
    public Future<BackendConnection> connect(Loop loop, BackendId to, ServicePolicy policy) {
        Promise<BackendConnection> opened = Promise.promise();
        if (to.url().scheme() == Scheme.HTTPS) {
            new TlsOpening(loop, to, opened).begin(tls.of(policy.tls()), policy.timeouts().connect());
            return opened.future();
        }
        Http1BackendConnection connection = new Http1BackendConnection(loop);
        Duration timeout = policy.timeouts().connect();
        ChannelFuture connecting = to.url().scheme() == Scheme.UNIX
                ? loop.connectUnix(to.host(), timeout, connection)
                : loop.connect(to.host(), to.url().port(), timeout, connection);
        connecting.addListener(done -> {
            if (done.isSuccess()) {
                opened.complete(connection);
            } else {
                opened.fail(done.cause());
            }
        });
        return opened.future();
    }
}
