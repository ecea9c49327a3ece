package dev.gyre.registry;

/**
 * A command that was carried out.
 *
 * @param version of the topology that shows it
 * @param changed whether it changed anything; false where all was so already
 * @param what    happened, in one sentence without a full stop
 */
public record CommandResult(String version, boolean changed, String what) {
}
