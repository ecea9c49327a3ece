package dev.gyre.dns;

import java.time.Duration;
import java.util.List;

/** A name server's reply to one question. */
sealed interface Reply {

    /**
     * The name is an alias of another one, whose addresses are not in the reply (RFC 1034, section 3.6.2).
     */
    record Alias(String target, Duration ttl) implements Reply { }

    /** The final answer to a question. */
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

        /** The same, reached by an alias with this ttl. */
        Found within(Duration aliasTtl) {
            return aliasTtl.compareTo(ttl) < 0 ? new Found(addresses, aliasTtl) : this;
        }
    }

    /** There are none. */
    record None(LookupFailure failure, String words) implements Answer { }
}
