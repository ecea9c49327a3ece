package dev.gyre.kit;

import io.netty.handler.codec.http.HttpRequest;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.lang.reflect.Proxy;

/** A decoded request's head as Vert.x shows it; the gate asks a request for these four things only. */
public final class HeadOnlyRequest {

    private HeadOnlyRequest() {
    }

    public static HttpServerRequest of(HttpRequest request) {
        HttpVersion version = request.protocolVersion().minorVersion() == 0 ? HttpVersion.HTTP_1_0
                : HttpVersion.HTTP_1_1;
        return (HttpServerRequest) Proxy.newProxyInstance(HeadOnlyRequest.class.getClassLoader(),
                new Class<?>[] {HttpServerRequest.class}, (proxy, method, args) -> switch (method.getName()) {
                    case "method" -> io.vertx.core.http.HttpMethod.valueOf(request.method().name());
                    case "version" -> version;
                    case "uri" -> request.uri();
                    case "headers" -> request.headers();
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
