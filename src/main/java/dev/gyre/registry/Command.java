package dev.gyre.registry;

/**
 * The only thing that changes the topology. Every command is idempotent: repeated, it succeeds, changes
 * nothing and says so.
 *
 * <pre>
 *  given by                             command
 *  -----------------------------------  -------------------------------------------------------------
 *  a person or program (api)            BackendCommand, ServiceCommand, HoldCommand, RouteCommand,
 *                                       ResetCommand, Rollback
 *  the config, at start and on reload   Declare
 *  a backend that announces itself,     DiscoveryCommand
 *  or ceases to
 *  the registry, when a drain or hold   DeadlineCommand
 *  ends by its deadline
 *  another node of the cluster          MergeRemote
 * </pre>
 *
 * <p>Requests follow the end of a drain or hold at once, before it is recorded. The addresses of names come
 * from {@code dns} and are no part of the stored topology.
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
