package dev.gyre.dns;

import java.time.Duration;
import java.util.List;

/** What a name server says to one question. */
sealed interface Reply {

    /** The name goes by another one, whose addresses did not come along (RFC 1034, section 3.6.2). */
    record Alias(String target, Duration ttl) implements Reply { }

    /** What comes of a question in the end. */
    sealed interface Answer extends Reply { }

    /**
     * There are addresses.
     *
     * @param addresses sorted, none twice, at least one; IPv6 as RFC 5952 has it
     * @param ttl       the shortest of all records on the way to them
     */
    record Found(List<String> addresses, Duration ttl) implements Answer {

        public Found {
            addresses = List.copyOf(addresses);
        }

        /** Reached by aliases of which one holds for so long. */
        Found within(Duration aliasTtl) {
            return aliasTtl.compareTo(ttl) < 0 ? new Found(addresses, aliasTtl) : this;
        }
    }

    /** There are none. */
    record None(LookupFailure failure, String words) implements Answer { }
}
