package dev.gyre.registry;


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
}
