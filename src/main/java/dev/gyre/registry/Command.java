package dev.gyre.registry;

import java.util.List;

/**
 * The only thing that changes the topology. Every command may be given twice: where all is so already, it
 * succeeds, changes nothing and says so.
 */
public sealed interface Command permits BackendCommand, ServiceCommand, HoldCommand, RouteCommand,
        ResetCommand, Rollback, DiscoveryCommand, Declare, DeadlineCommand, MergeRemote {

    /**
     * The entries to write for this command; a pure function.
     *
     * @param stamp for all fields written, but for what follows from earlier decisions by itself
     * @throws CommandRefused when it cannot be carried out; nothing is written then
     */
    Change on(RegistryState state, Stamp stamp) throws CommandRefused;

    /** Nobody gave it: it concludes from what was decided, and must not overrule a later decision. */
    default boolean automatic() {
        return false;
    }

    /**
     * What a command amounts to.
     *
     * @param entries to write, of the fields that change and no others; none: all is so already
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
