package dev.gyre.dns;

import java.time.Instant;
import java.util.Optional;

/**
 * One address of a name.
 *
 * @param since when it appeared; empty: it was there when the name was first resolved
 */
record ResolvedAddress(String text, Optional<Instant> since) { }
