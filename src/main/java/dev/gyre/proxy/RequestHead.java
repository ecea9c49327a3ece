package dev.gyre.proxy;

import dev.gyre.model.Failure;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.Locale;

/**
 * The head of a request after the gate: what it asks for, in one form however the client spelt it.
 *
 * @param host   the Host that routing and backends see; empty when an HTTP/1.0 client sent none
 * @param target origin-form, or {@code *}
 * @param length of the body in bytes; {@link #CHUNKED} when only its end will tell
 * @param expectsContinue the client waits for 100 (Continue) before it sends the body
 */
record RequestHead(String host, String target, long length, boolean expectsContinue) {

    static final long CHUNKED = -1;

    /** Why a request does not pass the gate. */
    static final class Rejected extends Exception {

        private static final long serialVersionUID = 1L;
        private final Failure failure;

        Rejected(Failure failure, String details) {
            super(details, null, false, false);
            this.failure = failure;
        }

        Failure failure() {
            return failure;
        }
    }

    boolean hasBody() {
        return length != 0;
    }

    /**
     * The gate: what the HTTP decoder lets through and a proxy must not.
     *
     * @throws Rejected with the failure that answers it and, for the log, what was wrong
     */
    static RequestHead of(HttpServerRequest request) throws Rejected {
        if (request.method() == HttpMethod.CONNECT) {
            // RFC 9110, section 9.3.6: CONNECT asks for a tunnel, which a reverse proxy does not dig.
            throw new Rejected(Failure.METHOD_NOT_SUPPORTED, "CONNECT to a proxy that is no tunnel");
        }
        MultiMap headers = request.headers();
        String host = host(request, headers);
        String target = request.uri();
        if (!target.startsWith("/") && !(target.equals("*") && request.method() == HttpMethod.OPTIONS)) {
            // RFC 9112, section 3.2.2: in absolute-form the target's authority counts, not Host.
            int authority = target.indexOf("://") + 3;
            String scheme = authority < 3 ? "" : target.substring(0, authority).toLowerCase(Locale.ROOT);
            if (!scheme.equals("http://") && !scheme.equals("https://")) {
                throw new Rejected(Failure.BAD_REQUEST, "target is neither a path nor an absolute URI");
            }
            int end = endOfAuthority(target, authority);
            host = target.substring(authority, end);
            if (host.isEmpty() || host.indexOf('@') >= 0) {
                throw new Rejected(Failure.BAD_REQUEST, "target's authority is no host");
            }
            target = target.startsWith("/", end) ? target.substring(end) : "/" + target.substring(end);
        }
        check(target, headers);
        return new RequestHead(host, target, length(headers), expectsContinue(request, headers));
    }

    /** What recipients read in different ways, and what the encoder would write in other bytes than came. */
    private static void check(String target, MultiMap headers) throws Rejected {
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '#') {
                throw new Rejected(Failure.BAD_REQUEST, "target with a character that no URI has");
            }
        }
        if (headers.contains("")) {
            throw new Rejected(Failure.BAD_REQUEST, "field without a name");
        }
    }

    private static String host(HttpServerRequest request, MultiMap headers) throws Rejected {
        List<String> hosts = headers.getAll(HttpHeaders.HOST);
        if (hosts.size() == 1) {
            return hosts.get(0);
        }
        if (hosts.isEmpty() && request.version() == HttpVersion.HTTP_1_0) {
            return "";
        }
        // RFC 9112, section 3.2: 400 to a request that lacks Host or has more than one.
        throw new Rejected(Failure.BAD_REQUEST, hosts.size() + " Host fields");
    }

    private static int endOfAuthority(String target, int from) {
        for (int i = from; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c == '/' || c == '?' || c == '#') {
                return i;
            }
        }
        return target.length();
    }

    private static long length(MultiMap headers) throws Rejected {
        if (headers.contains(HttpHeaders.TRANSFER_ENCODING)) {
            return CHUNKED;
        }
        String length = headers.get(HttpHeaders.CONTENT_LENGTH);
        if (length == null) {
            return 0;
        }
        long parsed = ContentLength.parse(length);
        if (parsed < 0) {
            throw new Rejected(Failure.BAD_REQUEST, "Content-Length is no number");
        }
        return parsed;
    }

    private static boolean expectsContinue(HttpServerRequest request, MultiMap headers) throws Rejected {
        String expect = headers.get(HttpHeaders.EXPECT);
        if (expect == null || request.version() == HttpVersion.HTTP_1_0) {
            return false;
        }
        if (!expect.equalsIgnoreCase("100-continue")) {
            // RFC 9110, section 10.1.1
            throw new Rejected(Failure.EXPECTATION, "Expect other than 100-continue");
        }
        return true;
    }
}
