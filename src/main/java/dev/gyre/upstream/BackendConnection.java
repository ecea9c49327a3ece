package dev.gyre.upstream;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;

/** A connection to a backend, on which requests are streams: one at a time with HTTP/1. */
public interface BackendConnection {

    /**
     * Begins a request; nothing is sent as yet.
     *
     * @param opened gets the stream, possibly before this returns
     * @param failed told when there will be none
     */
    void open(HttpMethod method, String target, Handler<BackendStream> opened, Handler<Throwable> failed);
}
