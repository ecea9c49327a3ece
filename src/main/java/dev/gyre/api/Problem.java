package dev.gyre.api;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** An error as the admin port answers it: {@code application/problem+json}, RFC 9457. */
final class Problem {

    static final String CONTENT_TYPE = "application/problem+json";

    private Problem() {
    }

    static void answer(RoutingContext context, int status, String detail) {
        HttpServerResponse response = context.response();
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(status);
        JsonObject problem = new JsonObject().put("type", "about:blank")
                .put("title", response.getStatusMessage())
                .put("status", status).put("detail", detail);
        response.putHeader(HttpHeaders.CONTENT_TYPE, CONTENT_TYPE).end(problem.encode());
    }
}
