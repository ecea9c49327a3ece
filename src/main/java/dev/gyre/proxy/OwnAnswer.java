package dev.gyre.proxy;

import dev.gyre.model.Failure;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;

/**
 * The answers that this node gives itself: problem details (RFC 9457) with Proxy-Status (RFC 9209). They say
 * what happened, and nothing of what stands behind this node.
 */
final class OwnAnswer {

    private static final CharSequence PROXY_STATUS = HttpHeaders.createOptimized("Proxy-Status");
    private static final CharSequence PROBLEM_JSON = HttpHeaders.createOptimized("application/problem+json");
    private static final CharSequence RETRY_AFTER = HttpHeaders.createOptimized("Retry-After");
    private static final String RETRY_AFTER_SECONDS = "1";

    private static final CharSequence ALLOW = HttpHeaders.createOptimized("Allow");
    private static final CharSequence ALLOWED =
            HttpHeaders.createOptimized("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");

    private OwnAnswer() {
    }

    /** What this node can do, asked by {@code OPTIONS *} (RFC 9110, section 9.3.7); the caller ends it. */
    static HttpServerResponse options(HttpServerResponse response) {
        response.headers().set(ALLOW, ALLOWED);
        return response.setStatusCode(HttpResponseStatus.NO_CONTENT.code());
    }

    /** Sets status and headers and gives the body; the caller sends it. */
    static Buffer prepare(Failure failure, HttpServerResponse response) {
        String phrase = HttpResponseStatus.valueOf(failure.status()).reasonPhrase();
        response.setStatusCode(failure.status()).setStatusMessage(phrase);
        // The head of a backend's answer may stand here already, when the answer broke off before its first
        // byte.
        response.headers().clear()
                .set(HttpHeaders.CONTENT_TYPE, PROBLEM_JSON)
                .set(PROXY_STATUS, "gyre; error=" + failure.proxyError()
                        + "; details=\"" + failure.explanation() + "\"");
        if (failure.passing()) {
            response.headers().set(RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        if (failure == Failure.METHOD_NOT_ALLOWED) {
            response.headers().set(ALLOW, ALLOWED);
        }
        Buffer body = new JsonObject()
                .put("title", phrase)
                .put("status", failure.status())
                .put("detail", failure.explanation())
                .put("error", failure.word())
                .toBuffer();
        response.headers().set(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
        return body;
    }
}
