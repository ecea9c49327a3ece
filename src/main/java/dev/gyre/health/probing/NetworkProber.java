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
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
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
    /** By timeout, of which there are few. */
    private final Map<Duration, WebClient> http = new ConcurrentHashMap<>();
    private final NetClient tcp;
    private final BackendContexts tls;

    NetworkProber(Vertx vertx, BackendContexts tls) {
        this.vertx = vertx;
        this.tls = tls;
        this.tcp = vertx.createNetClient();
    }

    /**
     * A client whose connections end with the timeout of a probe: the client's own timeout restarts with
     * every byte, so that a backend which trickles bytes would hold its connection for ever.
     */
    private WebClient client(Duration timeout) {
        // A redirect is an answer like any other: its target is not probed.
        WebClientOptions options = new WebClientOptions().setFollowRedirects(false)
                .setUserAgent("gyre-health");
        return WebClient.wrap(vertx.httpClientBuilder()
                .with(new HttpClientOptions().setKeepAlive(false))
                .with(new PoolOptions().setHttp1MaxSize(CONNECTIONS))
                .withConnectHandler(connection -> {
                    // Malformed bytes fail the probe; without a handler Vert.x would log them.
                    connection.exceptionHandler(garbage -> connection.close());
                    long end = vertx.setTimer(timeout.toMillis(), timer -> connection.close());
                    connection.closeHandler(closed -> vertx.cancelTimer(end));
                })
                .build(), options);
    }

    @Override
    public Future<ProbeResult> probe(BackendId backend, ServicePolicy service) {
        HealthPolicy policy = service.health();
        Future<Optional<BackendContext>> context = backend.url().scheme() == Scheme.HTTPS
                ? tls.of(service.tls()).map(Optional::of) : Future.succeededFuture(Optional.empty());
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
        WebClient client = http.computeIfAbsent(policy.timeout(), this::client);
        int port = probe.port().orElse(backend.url().port());
        RequestOptions options = new RequestOptions().setHost(backend.host()).setPort(port)
                .setURI(probe.path()).setConnectTimeout(millis);
        within.ifPresent(context -> options.setSsl(true).setSslOptions(context.probes())
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
