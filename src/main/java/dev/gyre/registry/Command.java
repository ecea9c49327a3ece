package dev.gyre.registry;

import java.time.Instant;
import java.util.List;

/**
 * The only thing that changes the topology. Every command may be given twice: where all is so already, it
 * succeeds, changes nothing and says so.
 */
public sealed interface Command permits BackendCommand, ServiceCommand, HoldCommand, RouteCommand,
        Rollback, DiscoveryCommand, Declare, EndDrains, EndHolds, Adopt {

    /**
     * The entries to write for this command; a pure function.
     *
     * @param stamp for all entries written
     * @param now   the wall clock, for what ends by itself
     * @throws CommandRefused when it cannot be carried out; nothing is written then
     */
    Change on(State state, Stamp stamp, Instant now) throws CommandRefused;

    /**
     * What a command amounts to.
     *
     * @param entries to write; none: all is so already
     * @param what    happened, or is so already
     */
    record Change(List<Entry> entries, String what) {

        public Change {
            entries = List.copyOf(entries);
        }

        static Change to(String what, Entry entry) {
            return new Change(List.of(entry), what);
        }

        static Change none(String what) {
            return new Change(List.of(), what);
        }
    }
}
