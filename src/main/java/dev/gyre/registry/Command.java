package dev.gyre.registry;

/**
 * The only thing that changes the topology. Every command is idempotent: repeated, it succeeds, changes
 * nothing and says so.
 */
public sealed interface Command permits BackendCommand, ServiceCommand, HoldCommand, RouteCommand,
        ResetCommand, Rollback, DiscoveryCommand, Declare, DeadlineCommand, MergeRemote {

    /**
     * The entries to write for this command; a pure function.
     *
     * @param stamp for all fields written, except for automatic ends of earlier decisions
     * @throws CommandRefused if it cannot be carried out; then nothing is written
     */
    Change on(RegistryState state, Stamp stamp) throws CommandRefused;

    /** Automatic: it follows from an earlier decision, and must not overrule a later one. */
    default boolean automatic() {
        return false;
    }
}
