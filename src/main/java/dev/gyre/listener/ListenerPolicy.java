package dev.gyre.listener;

import dev.gyre.config.Settings.ForwardingSettings;
import dev.gyre.model.Limits;

/**
 * What holds towards clients.
 *
 * @param forwarding the peers whose forwarding headers are trusted
 * @param limits     what a client may ask for, with the numbers of connections filled in
 * @param node       id of this node, by which it finds requests that it has sent to itself
 */
public record ListenerPolicy(ForwardingSettings forwarding, Limits limits, String node) {
}
