package dev.gyre.proxy;

import dev.gyre.gate.Refused;
import dev.gyre.gate.Rule;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.regex.Pattern;

/** How long a request's body is said to be (RFC 9112, section 6.3). */
final class RequestLength {

    private static final Pattern TOKENS =
            Pattern.compile("[ \\t]*[\\w!#$%&'*+.^`|~-]+[ \\t]*(?:,[ \\t]*[\\w!#$%&'*+.^`|~-]+[ \\t]*)*");
    private static final Pattern CHUNKED_BEFORE_END =
            Pattern.compile("(?:^|[, \\t])chunked[ \\t]*,", Pattern.CASE_INSENSITIVE);

    private RequestLength() {
    }

    /**
     * In bytes, or {@link RequestHead#CHUNKED}.
     *
     * @throws Refused when it cannot be told for certain
     */
    static long of(MultiMap headers) {
        String coding = headers.get(HttpHeaders.TRANSFER_ENCODING);
        if (coding != null) {
            if (coding.equalsIgnoreCase("chunked") && single(headers)) {
                return RequestHead.CHUNKED;
            }
            throw brokenBy(headers).refused();
        }
        String length = headers.get(HttpHeaders.CONTENT_LENGTH);
        if (length == null) {
            return 0;
        }
        long parsed = ContentLength.parse(length);
        if (parsed < 0) {
            throw Rule.LENGTH_FORM.refused();
        }
        return parsed;
    }

    private static boolean single(MultiMap headers) {
        return headers.getAll(HttpHeaders.TRANSFER_ENCODING).size() == 1;
    }

    /** The rule that is broken by a transfer coding other than a single chunked. */
    static Rule brokenBy(MultiMap headers) {
        return unknownCoding(headers) ? Rule.CODING_UNKNOWN : Rule.CODING_FORM;
    }

    /** The body is well coded, as far as its header tells, in a way that is not known here. */
    static boolean unknownCoding(MultiMap headers) {
        List<String> values = headers.getAll(HttpHeaders.TRANSFER_ENCODING);
        String codings = String.join(",", values);
        return TOKENS.matcher(codings).matches() && !CHUNKED_BEFORE_END.matcher(codings).find()
                && !codings.equalsIgnoreCase("chunked");
    }
}
