package dev.gyre.model;

import java.util.Locale;
import java.util.Optional;

/**
 * Every way in which a request can fail: in which phase, by whose fault, and what the client hears. Answer,
 * retry, counters and log fields all follow from this one list.
 *
 * <p>The error tokens are those of RFC 9209, section 2.3.
 */
public enum Failure {
    BAD_REQUEST(400, Side.CLIENT, "http_request_error", "the request is malformed"),
    NO_ROUTE(404, Side.CLIENT, "destination_not_found", "no route matches this host and path"),
    METHOD_NOT_ALLOWED(405, Side.CLIENT, "http_request_denied", "this method is not allowed here"),
    CLIENT_TIMEOUT(408, Side.CLIENT, "http_request_error", "the request did not arrive in time"),
    BODY_TOO_LARGE(413, Side.CLIENT, "http_request_error", "the request body is too large"),
    URI_TOO_LONG(414, Side.CLIENT, "http_request_error", "the request target is too long"),
    EXPECTATION(417, Side.CLIENT, "http_request_error",
            "the only expectation that can be met is 100-continue"),
    HEADERS_TOO_LARGE(431, Side.CLIENT, "http_request_error", "the request headers are too large"),
    /** The client left before its answer was complete, so it hears nothing. */
    CLIENT_GONE(499, Side.CLIENT, "http_request_error", "the client left"),
    METHOD_NOT_SUPPORTED(501, Side.CLIENT, "http_request_denied", "CONNECT is not supported"),
    TRANSFER_CODING(501, Side.CLIENT, "http_request_error",
            "the only transfer coding that is understood is chunked"),
    VERSION(505, Side.CLIENT, "http_request_error", "the versions understood are HTTP/1.0 and HTTP/1.1"),
    /** A backend of this node leads back to it. */
    LOOP(508, Side.CLIENT, "proxy_loop_detected", "the request has come through this proxy before"),

    NO_BACKEND(503, Side.NODE, "destination_unavailable", "the service has no backend"),
    QUEUE_FULL(503, Side.NODE, "connection_limit_reached",
            "all connections to the backend are busy and the queue is full"),
    QUEUE_TIMEOUT(503, Side.NODE, "connection_limit_reached",
            "no connection to the backend became free in time"),
    HOLD_FULL(503, Side.NODE, "connection_limit_reached",
            "the service is on hold and its queue is full"),
    OVERLOADED(503, Side.NODE, "connection_limit_reached",
            "the service has as many requests in flight as it can take"),
    TUNNEL_LIMIT(503, Side.NODE, "connection_limit_reached",
            "the service has as many tunnels as it may have to this backend or from this client"),
    /** Answered while the head of an answer can still be sent; a connection that holds too much is reset. */
    NO_MEMORY(503, Side.NODE, "proxy_internal_error", "this node has no memory left for it"),
    /** Never sent: the connection was reset before anything was read from it. */
    CONNECTION_LIMIT(503, Side.NODE, "connection_limit_reached", "too many connections are open"),
    /** Never sent: the answer to an earlier request was the last one; the client may send it again. */
    NOT_SERVED(503, Side.NODE, "http_request_denied",
            "the connection ended with the answer to an earlier request"),
    /** The time for the last requests was up; sent to a client whose head had not come whole. */
    STOPPED(503, Side.NODE, "proxy_internal_error", "this node stopped"),
    INTERNAL(500, Side.NODE, "proxy_internal_error", "an error inside the proxy"),

    DNS(502, Side.BACKEND, "dns_error", "the name of the backend cannot be resolved"),
    CONNECT_REFUSED(502, Side.BACKEND, "connection_refused", "the backend refused the connection"),
    CONNECT_UNREACHABLE(502, Side.BACKEND, "destination_ip_unroutable",
            "the backend cannot be reached"),
    CONNECT_TIMEOUT(504, Side.BACKEND, "connection_timeout",
            "the backend did not accept the connection in time"),
    /** The TLS handshake failed, or what was to be one is none. */
    TLS_PROTOCOL(502, Side.BACKEND, "tls_protocol_error", "no TLS connection to the backend could be set up"),
    TLS_CERTIFICATE(502, Side.BACKEND, "tls_certificate_error",
            "the certificate of the backend is not trusted"),
    /** The backend refused what this node offered, such as its version or its certificate. */
    TLS_ALERT(502, Side.BACKEND, "tls_alert_received", "the backend refused the TLS connection"),
    /** The backend stopped taking the request's body. */
    WRITE_TIMEOUT(504, Side.BACKEND, "connection_write_timeout",
            "the backend stopped taking the request"),
    /** The connection ended before a single byte of the answer. */
    NO_ANSWER(502, Side.BACKEND, "connection_terminated",
            "the backend closed the connection without an answer"),
    FIRST_BYTE_TIMEOUT(504, Side.BACKEND, "http_response_timeout",
            "the backend did not begin to answer in time"),
    REQUEST_TIMEOUT(504, Side.BACKEND, "http_response_timeout", "the whole request took too long"),
    RESPONSE_INVALID(502, Side.BACKEND, "http_protocol_error", "the backend sent no valid answer"),
    /** The answer had begun and broke off. */
    RESPONSE_INCOMPLETE(502, Side.BACKEND, "http_response_incomplete",
            "the backend broke off its answer"),
    RESPONSE_IDLE_TIMEOUT(504, Side.BACKEND, "connection_read_timeout",
            "the backend stalled in the middle of its answer");

    /**
     * Whose fault a failure is: that of the one whose turn it was. Only {@link #BACKEND} is ever charged to a
     * backend.
     */
    public enum Side { CLIENT, NODE, BACKEND }

    private final int status;
    private final Side side;
    private final String proxyError;
    private final String explanation;

    Failure(int status, Side side, String proxyError, String explanation) {
        this.status = status;
        this.side = side;
        this.proxyError = proxyError;
        this.explanation = explanation;
    }

    /** The HTTP status of the answer; 499 stands for a client that can no longer be answered. */
    public int status() {
        return status;
    }

    /** Whose fault it is at most; a backend that waited for the client when it happened is not to blame. */
    public Side side() {
        return side;
    }

    /** Who ends a request that fails like this, by leaving, by refusing or by giving up. */
    public Side endedBy() {
        return switch (this) {
            case CLIENT_GONE -> Side.CLIENT;
            case CONNECT_REFUSED, CONNECT_UNREACHABLE, TLS_ALERT, NO_ANSWER, RESPONSE_INCOMPLETE ->
                    Side.BACKEND;
            default -> Side.NODE;
        };
    }

    /** The {@code error} parameter of Proxy-Status. */
    public String proxyError() {
        return proxyError;
    }

    /** For the client: what happened, without a word on what stands behind this node. */
    public String explanation() {
        return explanation;
    }

    /** The word for log fields and labels, e.g. {@code queue-full}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The word by which a retry policy covers it; empty for what no other try could better. */
    public Optional<RetryCause> retryCause() {
        return switch (this) {
            case DNS, CONNECT_REFUSED, CONNECT_UNREACHABLE, CONNECT_TIMEOUT, TLS_PROTOCOL, TLS_CERTIFICATE,
                    TLS_ALERT -> Optional.of(RetryCause.CONNECT);
            case NO_ANSWER -> Optional.of(RetryCause.RESET);
            case FIRST_BYTE_TIMEOUT, WRITE_TIMEOUT -> Optional.of(RetryCause.TIMEOUT);
            default -> Optional.empty();
        };
    }

    /**
     * Only another backend is worth a try: time was lost, which the same one may cost once more, or the two
     * do not agree on TLS, and will not in a moment.
     */
    public boolean elsewhereOnly() {
        return status == 504 || this == TLS_PROTOCOL || this == TLS_CERTIFICATE || this == TLS_ALERT;
    }

    /** Worth another try later, so that the answer carries Retry-After. */
    public boolean retryable() {
        return status == 503;
    }
}
