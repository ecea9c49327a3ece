package dev.gyre.gate;

import java.util.Locale;

/** Why a connection that must begin with a header of the PROXY protocol ends without one. */
public enum ProxyHeaderError {
    SIGNATURE("the first bytes are those of neither version 1 nor version 2"),
    TOO_LONG("a header longer than 107 bytes (version 1) or 4,096 bytes (version 2)"),
    LINE("a header of version 1 that is not six words with one space between them and CRLF at the end"),
    ADDRESS("an address of version 1 that is not of its family, or a port that is no number up to 65535"),
    VERSION("a header in binary form of another version than 2"),
    COMMAND("a command of version 2 other than LOCAL and PROXY"),
    FAMILY("a protocol of version 2 other than TCP over IPv4 or IPv6, UNIX and UNSPEC"),
    LENGTH("a header of version 2 that is too short for the addresses of its family"),
    TLV("a field of version 2 that does not end where the header or the field around it ends"),
    CHECKSUM("a header of version 2 that does not have the checksum it speaks of"),

    UNLISTED_PEER("a connection from an address that proxyProtocol.from does not list"),
    INCOMPLETE("a connection that was closed before its header was whole"),
    TIMEOUT("a header that was not whole within limits.head");

    private final String explanation;

    ProxyHeaderError(String explanation) {
        this.explanation = explanation;
    }

    /** For the log. */
    public String explanation() {
        return explanation;
    }

    /** The word for log fields and labels, e.g. {@code too_long}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
