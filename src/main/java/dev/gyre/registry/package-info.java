/** Commands in, next topology out: entries, their stamps and merging, and the file that keeps them. */
package dev.gyre.registry;
