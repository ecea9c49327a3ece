package dev.gyre.exchange;

import dev.gyre.gate.ListField;
import dev.gyre.gate.Refused;
import dev.gyre.gate.Rule;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** How long a request's body is said to be (RFC 9112, section 6.3). */
final class RequestLength {

    /** Only the end of the body will tell. */
    static final long CHUNKED = -1;

    private static final Predicate<String> TOKEN =
            Pattern.compile("[\\w!#$%&'*+.^`|~-]+").asMatchPredicate();
    private static final String CODING = "chunked";

    private RequestLength() {
    }

    /**
     * In bytes, or {@link #CHUNKED}.
     *
     * @throws Refused when the length is not certain
     */
    static long of(MultiMap headers) {
        List<String> codings = ListField.TRANSFER_ENCODING.lines(headers);
        if (!codings.isEmpty()) {
            checkChunked(codings);
            return CHUNKED;
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

    /**
     * An empty element is refused here, though a list may hold one: there are recipients that take
     * {@code chunked,} for another coding than {@code chunked}, and so another end of the body.
     *
     * @param codings the lines of Transfer-Encoding
     * @throws Refused when they are anything but a single chunked
     */
    static void checkChunked(List<String> codings) {
        if (!ListField.TRANSFER_ENCODING.isExactly(codings, CODING)) {
            throw (unknownCoding(codings) ? Rule.CODING_UNKNOWN : Rule.CODING_FORM).refused();
        }
    }

    /** The body is well coded, as far as its header tells, in a way that is not known here. */
    static boolean unknownCoding(MultiMap headers) {
        return unknownCoding(ListField.TRANSFER_ENCODING.lines(headers));
    }

    private static boolean unknownCoding(List<String> lines) {
        List<String> codings = ListField.TRANSFER_ENCODING.elements(lines);
        long places = lines.size()
                + lines.stream().flatMapToInt(String::chars).filter(c -> c == ',').count();
        if (codings.isEmpty() || codings.size() < places || !codings.stream().allMatch(TOKEN)) {
            return false;
        }
        int chunked = codings.stream().map(coding -> coding.toLowerCase(Locale.ROOT)).toList()
                .indexOf(CODING);
        return chunked < 0 || chunked > 0 && chunked == codings.size() - 1;
    }
}
