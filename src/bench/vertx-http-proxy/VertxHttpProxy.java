import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.httpproxy.HttpProxy;
import io.vertx.httpproxy.ProxyContext;
import io.vertx.httpproxy.ProxyInterceptor;
import io.vertx.httpproxy.ProxyResponse;

/**
 * vertx-http-proxy as a peer: one event loop, native transport, keep-alive on both sides, the headers that
 * the other peers add, no log.
 *
 * <p>Arguments: port, port of the origin.
 */
final class VertxHttpProxy {

    private static final int ONE_HOUR = 3600;

    private VertxHttpProxy() { }

    public static void main(String[] args) {
        // As Gyre sets it: the default allocator halves the throughput of large bodies on JDK 25.
        System.setProperty("io.netty.allocator.type", "pooled");
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setPreferNativeTransport(true));
        HttpClient client = vertx.createHttpClient(new HttpClientOptions().setKeepAliveTimeout(ONE_HOUR),
                new PoolOptions().setHttp1MaxSize(8192).setEventLoopSize(1));
        HttpProxy proxy = HttpProxy.reverseProxy(client)
                .origin(Integer.parseInt(args[1]), "127.0.0.1")
                .addInterceptor(new ForwardingHeaders());
        vertx.createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(Integer.parseInt(args[0]))
                        .setAcceptBacklog(4096).setIdleTimeout(ONE_HOUR))
                .requestHandler(proxy).listen().await();
    }

    private static final class ForwardingHeaders implements ProxyInterceptor {

        @Override
        public Future<ProxyResponse> handleProxyRequest(ProxyContext context) {
            HttpServerRequest request = context.request().proxiedRequest();
            MultiMap headers = context.request().headers();
            headers.set("X-Forwarded-For", request.remoteAddress().host());
            headers.set("X-Forwarded-Proto", "http");
            headers.set("X-Forwarded-Host", request.getHeader("Host"));
            headers.set("Via", "1.1 vertx-http-proxy");
            return context.sendRequest();
        }

        @Override
        public Future<Void> handleProxyResponse(ProxyContext context) {
            context.response().headers().set("Via", "1.1 vertx-http-proxy");
            return context.sendResponse();
        }
    }
}
