package dev.gyre.dns;

import io.netty.handler.codec.dns.DnsResponseCode;
import java.util.Locale;

/** Why a question gave no address. */
enum LookupFailure {
    /** The name does not exist. */
    NXDOMAIN,
    /** It exists, but has no such record. */
    EMPTY,
    SERVFAIL,
    REFUSED,
    TIMEOUT,
    /** The answer did not fit, and TCP failed as well. */
    TRUNCATED,
    OTHER;

    static LookupFailure of(DnsResponseCode code) {
        if (code.equals(DnsResponseCode.NXDOMAIN)) {
            return NXDOMAIN;
        }
        if (code.equals(DnsResponseCode.SERVFAIL)) {
            return SERVFAIL;
        }
        return code.equals(DnsResponseCode.REFUSED) ? REFUSED : OTHER;
    }

    /** The answer is authoritative: another server would say the same. */
    boolean certain() {
        return this == NXDOMAIN || this == EMPTY;
    }

    /** As a label of metrics, e.g. {@code servfail}. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
