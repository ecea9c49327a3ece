/** Commands in, next topology out: entries, stamps, merging, history, and the file that keeps all of it. */
package dev.gyre.registry;
