package dev.gyre.model;

import java.util.Locale;

/**
 * Every way in which a request can fail: in which phase, by whose fault, and what the client is told. Answer,
 * replay, counters and log fields all follow from this one list.
 *
 * <p>The error tokens are those of RFC 9209, section 2.3.
 */
public enum Failure {
    BAD_REQUEST(400, Side.CLIENT, "http_request_error"),
    NO_ROUTE(404, Side.CLIENT, "destination_not_found"),
    CLIENT_TIMEOUT(408, Side.CLIENT, "http_request_error"),
    URI_TOO_LONG(414, Side.CLIENT, "http_request_error"),
    EXPECTATION(417, Side.CLIENT, "http_request_error"),
    HEADERS_TOO_LARGE(431, Side.CLIENT, "http_request_error"),
    /** The client left before its answer was complete; nobody is there to be told. */
    CLIENT_GONE(499, Side.CLIENT, "http_request_error"),
    METHOD_NOT_SUPPORTED(501, Side.CLIENT, "http_request_denied"),

    NO_BACKEND(503, Side.NODE, "destination_unavailable"),
    QUEUE_FULL(503, Side.NODE, "connection_limit_reached"),
    QUEUE_TIMEOUT(503, Side.NODE, "connection_limit_reached"),
    STOPPING(503, Side.NODE, "proxy_internal_response"),
    INTERNAL(500, Side.NODE, "proxy_internal_error"),

    DNS(502, Side.BACKEND, "dns_error"),
    CONNECT_REFUSED(502, Side.BACKEND, "connection_refused"),
    CONNECT_UNREACHABLE(502, Side.BACKEND, "destination_ip_unroutable"),
    CONNECT_TIMEOUT(504, Side.BACKEND, "connection_timeout"),
    /** The backend stopped taking the request's body. */
    WRITE_TIMEOUT(504, Side.BACKEND, "connection_write_timeout"),
    /** The connection ended before a single byte of the answer. */
    NO_ANSWER(502, Side.BACKEND, "connection_terminated"),
    FIRST_BYTE_TIMEOUT(504, Side.BACKEND, "http_response_timeout"),
    REQUEST_TIMEOUT(504, Side.BACKEND, "http_response_timeout"),
    RESPONSE_INVALID(502, Side.BACKEND, "http_protocol_error"),
    /** The answer had begun and broke off. */
    RESPONSE_INCOMPLETE(502, Side.BACKEND, "http_response_incomplete"),
    RESPONSE_IDLE_TIMEOUT(504, Side.BACKEND, "connection_read_timeout");

    /** Whose fault a failure is; only {@link #BACKEND} is ever charged to a backend. */
    public enum Side { CLIENT, NODE, BACKEND }

    private final int status;
    private final Side side;
    private final String proxyError;

    Failure(int status, Side side, String proxyError) {
        this.status = status;
        this.side = side;
        this.proxyError = proxyError;
    }

    /** The HTTP status of the answer; 499 stands for a client that can no longer be answered. */
    public int status() {
        return status;
    }

    public Side side() {
        return side;
    }

    /** The {@code error} parameter of Proxy-Status. */
    public String proxyError() {
        return proxyError;
    }

    /** The word for log fields and labels, e.g. {@code queue-full}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Worth another try later, so that the answer carries Retry-After. */
    public boolean passing() {
        return status == 503;
    }
}
