/**
 * Commands in, next topology out: entries, stamps, merging, history, and the file that keeps all of it.
 * {@link dev.gyre.registry.Command} lists all that may change the topology, and who gives each command;
 * {@link dev.gyre.registry.Registry#apply} is the only way in.
 */
package dev.gyre.registry;
