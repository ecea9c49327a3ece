package dev.gyre.gate;

import dev.gyre.model.Failure;
import io.netty.handler.codec.TooLongFrameException;
import java.util.Locale;

/**
 * Everything that Gyre refuses because its recipients could read it in different ways: each form once, with
 * the section that speaks of it and the reason. Requests are answered by {@link #failure}, answers count as
 * {@link Failure#RESPONSE_INVALID}; in both directions the connection carries nothing else afterwards.
 *
 * <p>What is not listed by itself, Netty's decoder refuses ({@link #UNDECODABLE}): a line that ends with LF
 * alone, a field without a colon, a chunk size that is no hexadecimal number below 2 GiB or has no CRLF after
 * its data, a chunk extension with white space after a bare value, a Content-Length that is no number,
 * Transfer-Encoding in HTTP/1.0, and a request line without a version.
 */
public enum Rule {
    CONTROL("RFC 9110, section 5.5", "a control character, or a CR or LF that ends no line"),
    FOLD("RFC 9112, section 5.2", "a line of the head that begins with white space"),
    REQUEST_LINE("RFC 9112, section 3", "a request line that is not three words with one space between them"),
    METHOD("RFC 9110, section 9.1", "a method that is no token"),
    VERSION(Failure.VERSION, "RFC 9112, section 2.3", "a version that is neither HTTP/1.0 nor HTTP/1.1"),
    FIELD_COUNT(Failure.HEADERS_TOO_LARGE, "RFC 6585, section 5", "more fields than the limit allows"),
    FIELD_NAME("RFC 9112, section 5.1", "a field name that is no token, or not followed by its colon"),
    LOOK_ALIKE("RFC 3875, section 4.1.18", "a field name that CGI takes for a reserved one"),

    LENGTH_FORM("RFC 9110, section 8.6", "Content-Length that is not plain digits"),
    LENGTH_TWICE("RFC 9112, section 6.3", "more than one Content-Length"),
    CODING_AND_LENGTH("RFC 9112, section 6.3", "Transfer-Encoding and Content-Length in one message"),
    CODING_UNKNOWN(Failure.TRANSFER_CODING, "RFC 9112, section 6.1", "a transfer coding other than chunked"),
    CODING_FORM("RFC 9112, section 6.3", "Transfer-Encoding that is not exactly one \"chunked\""),
    CHUNK_SIZE("RFC 9112, section 7.1", "a chunk size that is not digits and well-formed extensions"),
    /** Netty takes the eight bytes after such a head for a body that no field speaks of. */
    HIDDEN_BODY("RFC 9112, section 6.3", "a field of the WebSocket draft that hides eight bytes of body"),

    HOST_MISSING("RFC 9112, section 3.2", "no Host"),
    HOST_TWICE("RFC 9112, section 3.2", "more than one Host"),
    HOST_FORM("RFC 9110, section 7.2", "Host that is no host with or without a port"),
    TARGET_FORM("RFC 9112, section 3.2", "a target that is neither a path nor an absolute http URI"),
    TARGET_CHARACTER("RFC 3986, section 2", "a target with a fragment or with a character that no URI has"),
    ASTERISK("RFC 9112, section 3.2.4", "the target * with another method than OPTIONS"),
    PATH_ENCODING("RFC 3986, section 2.1",
            "a path with a broken escape, an escaped control character or overlong UTF-8"),
    /** Harmless to the routes, which see such a path as it is meant; the backends are not sure to. */
    PATH_AMBIGUOUS("RFC 3986, sections 2.2 and 3.3",
            "a path with dot segments, a backslash or an escaped slash"),

    TUNNEL(Failure.METHOD_NOT_SUPPORTED, "RFC 9110, section 9.3.6", "CONNECT to a proxy that is no tunnel"),
    /** It would send back what trusted proxies and browsers add, e.g. cookies. */
    TRACE(Failure.METHOD_NOT_ALLOWED, "RFC 9110, section 9.3.8", "TRACE"),
    MAX_FORWARDS("RFC 9110, section 7.6.2", "OPTIONS with a Max-Forwards that is not one number"),
    LOOP(Failure.LOOP, "RFC 9110, section 7.6.3", "Via says that this node has sent the request on before"),
    EXPECTATION(Failure.EXPECTATION, "RFC 9110, section 10.1.1", "Expect other than 100-continue"),

    STATUS_LINE("RFC 9112, section 4", "a status line without HTTP/1.0 or HTTP/1.1 and three digits"),
    SWITCHED("RFC 9110, section 15.2.2", "101 to a request that did not ask for the protocol"),
    /** Not to be told from bytes of the other protocol, which would get lost on the way. */
    SENT_AHEAD("RFC 9110, section 7.8", "bytes after a request for another protocol and before its answer"),
    INTERIM_FLOOD("RFC 9110, section 15.2", "more interim answers than any server has reason for"),

    TOO_LONG("RFC 9112, section 3", "a line, or fields together, longer than is read"),
    UNDECODABLE("RFC 9112, section 2.2", "bytes of which the decoder can make no message");

    private final Failure failure;
    private final String section;
    private final String reason;
    private final Refused refused;

    Rule(String section, String reason) {
        this(Failure.BAD_REQUEST, section, reason);
    }

    Rule(Failure failure, String section, String reason) {
        this.failure = failure;
        this.section = section;
        this.reason = reason;
        this.refused = new Refused(this);
    }

    /** The rule that was broken, where a decoder has failed for this cause. */
    public static Rule of(Throwable cause) {
        if (cause instanceof Refused refused) {
            return refused.rule();
        }
        return cause instanceof TooLongFrameException ? TOO_LONG : UNDECODABLE;
    }

    /** The word for log fields and labels, e.g. {@code field-name}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What a request that breaks this rule is answered with. */
    public Failure failure() {
        return failure;
    }

    /** For the log: the reason and the section. */
    public String reason() {
        return reason + " (" + section + ")";
    }

    /** To be thrown; the same one each time, so that a flood of such messages costs nothing. */
    public Refused refused() {
        return refused;
    }
}
