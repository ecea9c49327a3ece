package dev.gyre.cluster;

import java.util.NavigableSet;
import java.util.TreeSet;

/** The numbers of the messages of one kind that came from one session of a peer. Not thread-safe. */
final class SequenceNumbers {

    private static final int REMEMBERED = 128;

    private final NavigableSet<Long> seen = new TreeSet<>();

    /**
     * Checks the next message: only one later than all before is accepted. A repeated one is a replay; an
     * overtaken one is legitimate but outdated.
     */
    MessageVerdict take(long number) {
        boolean later = seen.isEmpty() || number > seen.last();
        if (!seen.add(number)) {
            return MessageVerdict.REPLAYED;
        }
        if (seen.size() > REMEMBERED) {
            seen.pollFirst();
        }
        return later ? MessageVerdict.TAKEN : MessageVerdict.LATE;
    }
}
