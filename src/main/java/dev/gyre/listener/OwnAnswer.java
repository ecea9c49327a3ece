package dev.gyre.listener;

import dev.gyre.model.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The answers that this node gives itself: problem details (RFC 9457) with Proxy-Status (RFC 9209). They say
 * what happened, and nothing of what stands behind this node.
 */
final class OwnAnswer {

    private static final CharSequence PROXY_STATUS = HttpHeaders.createOptimized("Proxy-Status");
    private static final CharSequence PROBLEM_JSON = HttpHeaders.createOptimized("application/problem+json");
    private static final CharSequence RETRY_AFTER = HttpHeaders.createOptimized("Retry-After");

    private static final CharSequence ALLOW = HttpHeaders.createOptimized("Allow");
    private static final CharSequence ALLOWED =
            HttpHeaders.createOptimized("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");

    private OwnAnswer() {
    }

    /** What this node can do, asked by {@code OPTIONS *} (RFC 9110, section 9.3.7); the caller ends it. */
    static void options(ClientStream answer, CharSequence date) {
        answer.answerHeaders().set(ALLOW, ALLOWED).set(HttpHeaders.DATE, date);
        answer.status(HttpResponseStatus.NO_CONTENT.code());
    }

    /** The last answer on a connection, byte by byte, for a request that never came to be one. */
    static ByteBuf whole(Failure failure, CharSequence date, Optional<CharSequence> hsts) {
        Buffer body = problem(failure);
        String head = "HTTP/1.1 " + failure.status() + " " + phrase(failure)
                + "\r\nDate: " + date
                + hsts.map(value -> "\r\nStrict-Transport-Security: " + value).orElse("")
                + "\r\nContent-Type: " + PROBLEM_JSON + "\r\n" + PROXY_STATUS + ": " + proxyStatus(failure)
                + "\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n";
        return Unpooled.copiedBuffer(head + body, StandardCharsets.UTF_8);
    }

    private static String phrase(Failure failure) {
        return failure == Failure.LOOP ? "Loop Detected"
                : HttpResponseStatus.valueOf(failure.status()).reasonPhrase();
    }

    private static String proxyStatus(Failure failure) {
        return "gyre; error=" + failure.proxyError() + "; details=\"" + failure.explanation() + "\"";
    }

    private static Buffer problem(Failure failure) {
        return new JsonObject()
                .put("title", phrase(failure))
                .put("status", failure.status())
                .put("detail", failure.explanation())
                .put("error", failure.word())
                .toBuffer();
    }

    /**
     * Sets status and headers and gives the body; the caller sends it.
     *
     * @param retryAfterSeconds when to come again, where that is worth a try
     * @param date              what Date says now
     */
    static Buffer prepare(Failure failure, ClientStream answer, int retryAfterSeconds, CharSequence date) {
        answer.status(failure.status());
        answer.reason(phrase(failure));
        // The head of a backend's answer may stand here already, when the answer broke off before its first
        // byte.
        MultiMap fields = answer.answerHeaders();
        fields.clear()
                .set(HttpHeaders.DATE, date)
                .set(HttpHeaders.CONTENT_TYPE, PROBLEM_JSON)
                .set(PROXY_STATUS, proxyStatus(failure));
        if (failure == Failure.METHOD_NOT_ALLOWED) {
            fields.set(ALLOW, ALLOWED);
        }
        if (failure.retryable()) {
            fields.set(RETRY_AFTER, Integer.toString(retryAfterSeconds));
        }
        Buffer body = problem(failure);
        fields.set(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
        return body;
    }
}
