package dev.gyre.registry;

/**
 * A command that was carried out.
 *
 * @param version of the topology that shows it
 * @param changed false if nothing had to change
 * @param what    happened, in one sentence without a full stop
 */
public record CommandResult(String version, boolean changed, String what) {
}
