package dev.gyre.exchange;

import dev.gyre.gate.Authority;
import dev.gyre.gate.ListField;
import dev.gyre.gate.OwnField;
import dev.gyre.gate.Refused;
import dev.gyre.gate.Rule;
import dev.gyre.listener.ClientStream;
import dev.gyre.model.FinishedExchange.Request;
import dev.gyre.model.NormalPath;
import dev.gyre.model.NormalPath.Spelling;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.util.List;

/**
 * The head of a request after the gate: what it asks for, in one form however the client spelt it. Mistakes
 * visible in the bytes alone have been refused by {@link dev.gyre.gate.RequestDecoder}; {@link Rule} lists
 * both kinds.
 *
 * @param host   the Host that routing and backends see; empty when an HTTP/1.0 client sent none
 * @param target origin-form as the client sent it, or {@code *}
 * @param path   what routes are matched with: {@link NormalPath} of the target
 * @param length of the body in bytes; {@link RequestLength#CHUNKED} when only its end will tell
 * @param expectation whose 100 (Continue) the client waits for before it sends the body
 * @param maxForwards how often OPTIONS may still be sent on; {@link #UNLIMITED} where nothing says so
 */
record RequestHead(String host, String target, String path, long length, Expectation expectation,
        int maxForwards) {

    /** The side that lets the client send its body. */
    enum Expectation {
        /** None: the client waits for nothing. */
        NONE,
        /** The backend, by a 100 (Continue) that is passed on. */
        OF_BACKEND,
        /**
         * This node: a client that names Expect in Connection has made it a field for this hop, which a
         * backend must not see (RFC 9110, section 7.6.1). So its recipient is this node, which owes the
         * client a 100 or a final answer (section 10.1.1).
         */
        OF_NODE
    }

    static final int UNLIMITED = -1;
    private static final String ASTERISK = "*";

    boolean hasBody() {
        return length != 0;
    }

    /** The client waits for a 100 (Continue) of the backend. */
    boolean expectsContinue() {
        return expectation == Expectation.OF_BACKEND;
    }

    /** It is this node that is asked what it can do (RFC 9110, section 9.3.7), not a service. */
    boolean asksNode() {
        return target.equals(ASTERISK) || maxForwards == 0;
    }

    /**
     * The gate: what a proxy must not let through, though it is decoded without doubt.
     *
     * @param ambiguousPaths let paths through that backends may read in another way than the routes do
     * @throws Refused with the rule that is broken
     */
    static RequestHead of(ClientStream client, boolean ambiguousPaths) {
        return of(client.method(), client.version(), client.target(), client.headers(), ambiguousPaths);
    }

    static RequestHead of(HttpMethod method, HttpVersion version, String uri, MultiMap headers,
            boolean ambiguousPaths) {
        if (method == HttpMethod.CONNECT) {
            throw Rule.TUNNEL.refused();
        }
        if (method == HttpMethod.TRACE) {
            throw Rule.TRACE.refused();
        }
        String host = host(headers, version);
        String target = uri;
        if (!target.startsWith("/") && !target.equals(ASTERISK)) {
            int authority = afterScheme(target);
            int end = endOfAuthority(target, authority);
            // The target wins over Host (RFC 9112, section 3.2.2).
            host = authority(target.substring(authority, end));
            target = originForm(target, end, method);
        }
        if (target.equals(ASTERISK) && method != HttpMethod.OPTIONS) {
            throw Rule.ASTERISK.refused();
        }
        checkCharacters(target);
        long length = RequestLength.of(headers);
        return new RequestHead(host, target, path(target, ambiguousPaths), length,
                expectation(headers, version, length), maxForwards(method, headers));
    }

    /**
     * What a client has asked for.
     *
     * @param head null where the gate let nothing through
     */
    static Request asked(ClientStream client, RequestHead head) {
        String host = head == null ? client.headers().get(HttpHeaders.HOST) : head.host;
        return new Request(client.method().name(), client.target(), host == null ? "" : host,
                client.protocol());
    }

    private static String host(MultiMap headers, HttpVersion version) {
        String host = headers.get(HttpHeaders.HOST);
        if (host == null) {
            if (version == HttpVersion.HTTP_1_0) {
                return "";
            }
            throw Rule.HOST_MISSING.refused();
        }
        if (!Authority.isValid(host)) {
            throw Rule.HOST_FORM.refused();
        }
        return host;
    }

    private static int afterScheme(String target) {
        if (target.regionMatches(true, 0, "http://", 0, 7)) {
            return 7;
        }
        if (target.regionMatches(true, 0, "https://", 0, 8)) {
            return 8;
        }
        throw Rule.TARGET_FORM.refused();
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

    private static String authority(String authority) {
        if (!Authority.isValid(authority)) {
            throw Rule.TARGET_FORM.refused();
        }
        return authority;
    }

    /** RFC 9110, section 7.6.2; TRACE, of which it also speaks, is not sent on at all. */
    private static int maxForwards(HttpMethod method, MultiMap headers) {
        if (method != HttpMethod.OPTIONS) {
            return UNLIMITED;
        }
        List<String> values = headers.getAll(OwnField.MAX_FORWARDS.text());
        if (values.isEmpty()) {
            return UNLIMITED;
        }
        String value = values.get(0);
        if (values.size() > 1 || value.isEmpty() || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw Rule.MAX_FORWARDS.refused();
        }
        String digits = value.replaceFirst("^0+(?=.)", "");
        // More than anybody means; the section lets a proxy have a largest number.
        return digits.length() > 9 ? Integer.MAX_VALUE : Integer.parseInt(digits);
    }

    /** RFC 9112, section 3.2.4: OPTIONS of a URI without path and query asks the server as a whole. */
    private static String originForm(String target, int pathFrom, HttpMethod method) {
        if (target.startsWith("/", pathFrom)) {
            return target.substring(pathFrom);
        }
        boolean bare = pathFrom == target.length();
        return bare && method == HttpMethod.OPTIONS ? ASTERISK : "/" + target.substring(pathFrom);
    }

    private static void checkCharacters(String target) {
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '#') {
                throw Rule.TARGET_CHARACTER.refused();
            }
        }
    }

    private static String path(String target, boolean ambiguousPaths) {
        if (NormalPath.isNormal(target)) {
            return target;
        }
        NormalPath path = NormalPath.of(target);
        if (path.spelling() == Spelling.BROKEN) {
            throw Rule.PATH_ENCODING.refused();
        }
        if (path.spelling() == Spelling.AMBIGUOUS && !ambiguousPaths) {
            throw Rule.PATH_AMBIGUOUS.refused();
        }
        return path.text();
    }

    /** RFC 9110, section 10.1.1; where no body follows, there is nothing to wait for. */
    private static Expectation expectation(MultiMap headers, HttpVersion version, long length) {
        List<String> lines = ListField.EXPECT.lines(headers);
        if (lines.isEmpty() || version == HttpVersion.HTTP_1_0) {
            return Expectation.NONE;
        }
        List<String> expected = ListField.EXPECT.elements(lines);
        if (!expected.stream().allMatch("100-continue"::equalsIgnoreCase)) {
            throw Rule.EXPECTATION.refused();
        }
        if (expected.isEmpty() || length == 0) {
            return Expectation.NONE;
        }
        return ListField.CONNECTION.has(ListField.CONNECTION.lines(headers), ListField.EXPECT.key())
                ? Expectation.OF_NODE : Expectation.OF_BACKEND;
    }
}
