package dev.gyre.health.probing;

import dev.gyre.config.Durations;
import dev.gyre.health.probing.ProbeResult.Failed;
import dev.gyre.health.probing.ProbeResult.Inconclusive;
import dev.gyre.health.probing.ProbeResult.Passed;
import dev.gyre.model.BackendId;
import dev.gyre.model.HealthPolicy;
import dev.gyre.model.Probe;
import dev.gyre.model.Scheme;
import dev.gyre.model.ServicePolicy;
import dev.gyre.tls.BackendContext;
import dev.gyre.tls.BackendContexts;
import dev.gyre.tls.HandshakeFailure;
import dev.gyre.tls.UnusableCertificate;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientBuilder;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.io.FileNotFoundException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/** Probes over the network. Every probe opens a connection of its own, as a new client would. */
final class NetworkProber implements Prober {

    /** A server that hangs holds one for each service, and a server may be in many services. */
    private static final int CONNECTIONS = 256;

    private final Vertx vertx;
    /** By timeout and settings for TLS, of which there are few. */
    private final Map<Kind, WebClient> http = new ConcurrentHashMap<>();
    private final NetClient tcp;
    private final BackendContexts tls;

    private record Kind(Duration timeout, Optional<BackendContext> within) {
    }

    NetworkProber(Vertx vertx, BackendContexts tls) {
        this.vertx = vertx;
        this.tls = tls;
        this.tcp = vertx.createNetClient();
    }

    /**
     * A client whose connections end with the timeout of a probe: the client's own timeout restarts with
     * every byte, so that a backend which trickles bytes would hold its connection for ever. TLS is the
     * client's own: what a request says of it, Vert.x's web client (5.2.0) drops without a word.
     */
    private WebClient client(Kind kind) {
        dropOutdated();
        // A redirect is an answer like any other: its target is not probed.
        WebClientOptions options = new WebClientOptions().setFollowRedirects(false)
                .setUserAgent("gyre-health");
        HttpClientBuilder builder = vertx.httpClientBuilder()
                .with(new HttpClientOptions().setKeepAlive(false).setForceSni(true));
        // After the options, which have some for TLS as well.
        kind.within().ifPresent(context -> builder.with(context.probes()));
        return WebClient.wrap(builder
                .with(new PoolOptions().setHttp1MaxSize(CONNECTIONS))
                .withConnectHandler(connection -> {
                    // Malformed bytes fail the probe; without a handler Vert.x would log them.
                    connection.exceptionHandler(garbage -> connection.close());
                    long end = vertx.setTimer(kind.timeout().toMillis(), timer -> connection.close());
                    connection.closeHandler(closed -> vertx.cancelTimer(end));
                })
                .build(), options);
    }

    /** What has been read on a worker, on the event loop that probes. */
    private Future<Optional<BackendContext>> here(Future<BackendContext> read) {
        Context own = vertx.getOrCreateContext();
        Promise<Optional<BackendContext>> ready = Promise.promise();
        read.<Optional<BackendContext>>map(Optional::of)
                .onComplete(done -> own.runOnContext(v -> ready.handle(done)));
        return ready.future();
    }

    /** Those whose certificates have changed since. */
    private void dropOutdated() {
        http.entrySet().removeIf(entry -> {
            boolean outdated = entry.getKey().within().map(context -> !tls.uses(context)).orElse(false);
            if (outdated) {
                entry.getValue().close();
            }
            return outdated;
        });
    }

    @Override
    public Future<ProbeResult> probe(BackendId backend, ServicePolicy service) {
        HealthPolicy policy = service.health();
        Future<Optional<BackendContext>> context = backend.url().scheme() == Scheme.HTTPS
                ? here(tls.of(service.tls())) : Future.succeededFuture(Optional.empty());
        // Composed, so that an exception becomes a result as well.
        return context.<ProbeResult>compose(within -> {
            if (policy.probe() instanceof Probe.Http request) {
                return request(backend, request, policy, within);
            }
            return policy.probe() instanceof Probe.Tcp connect ? connect(backend, connect, policy, within)
                    : Future.succeededFuture(new Inconclusive("the service has no probe"));
        }).otherwise(failure -> failed(failure, policy));
    }

    private Future<ProbeResult> request(BackendId backend, Probe.Http probe, HealthPolicy policy,
            Optional<BackendContext> within) {
        long millis = policy.timeout().toMillis();
        Kind kind = new Kind(policy.timeout(), within);
        WebClient client = http.get(kind);
        if (client == null) {
            client = client(kind);
            http.put(kind, client);
        }
        int port = probe.port().orElse(backend.url().port());
        RequestOptions options = new RequestOptions().setHost(backend.host()).setPort(port)
                .setURI(probe.path()).setConnectTimeout(millis);
        within.ifPresent(context -> options.setSsl(true)
                .setServer(SocketAddress.inetSocketAddress(port, backend.host()))
                .setHost(context.expected(backend)));
        if (backend.url().scheme() == Scheme.UNIX) {
            // Vert.x wants a host and a port all the same.
            options.setServer(SocketAddress.domainSocketAddress(backend.host())).setHost("localhost")
                    .setPort(80);
        }
        HttpRequest<Buffer> request =
                client.request(HttpMethod.valueOf(probe.method()), options).timeout(millis);
        request.putHeader("Host", probe.host().orElse(backend.url().authority()));
        return request.as(new ProbeBody()).send().timeout(millis, TimeUnit.MILLISECONDS)
                .map(answer -> judged(answer, probe));
    }

    private static ProbeResult judged(HttpResponse<Buffer> answer, Probe.Http probe) {
        int status = answer.statusCode();
        if (status < probe.least() || status > probe.most()) {
            return new Failed("status " + status + " (expected: "
                    + (probe.least() == probe.most() ? "" : probe.least() + "..") + probe.most() + ")");
        }
        boolean said = probe.body().map(text -> answer.body().toString().contains(text)).orElse(true);
        return said ? new Passed()
                : new Failed("the answer does not contain \"" + probe.body().orElse("") + "\"");
    }

    private Future<ProbeResult> connect(BackendId backend, Probe.Tcp probe, HealthPolicy policy,
            Optional<BackendContext> within) {
        long millis = policy.timeout().toMillis();
        ConnectOptions options = new ConnectOptions().setHost(backend.host())
                .setPort(probe.port().orElse(backend.url().port())).setTimeout((int) millis);
        within.ifPresent(context -> options.setSsl(true).setSslOptions(context.probes())
                .setSniServerName(context.expected(backend)));
        if (backend.url().scheme() == Scheme.UNIX) {
            options.setRemoteAddress(SocketAddress.domainSocketAddress(backend.host()));
        }
        Future<NetSocket> connected = tcp.connect(options);
        connected.onSuccess(NetSocket::close);
        return connected.timeout(millis, TimeUnit.MILLISECONDS).map(socket -> new Passed());
    }

    private static ProbeResult failed(Throwable cause, HealthPolicy policy) {
        if (cause instanceof SSLException) {
            return new Failed(HandshakeFailure.of(cause).getMessage());
        }
        String message = String.valueOf(cause.getMessage());
        if (cause instanceof UnusableCertificate) {
            return new Inconclusive(message);
        }
        if (message.contains("Too many open files")) {
            return new Inconclusive("too many open files, raise `ulimit -n`");
        }
        if (cause instanceof TimeoutException || message.contains("timeout")
                || message.contains("timed out")) {
            return new Failed("no answer within " + Durations.text(policy.timeout()));
        }
        if (cause instanceof UnknownHostException) {
            return new Failed("the name cannot be resolved");
        }
        if (cause instanceof FileNotFoundException || message.contains("No such file")) {
            return new Failed("there is no socket");
        }
        if (cause instanceof ConnectException) {
            return new Failed(message.contains("refused") ? "connection refused"
                    : "cannot be reached: " + message);
        }
        return new Failed("no valid answer: " + message);
    }

    @Override
    public void close() {
        http.values().forEach(WebClient::close);
        tcp.close();
    }
}
