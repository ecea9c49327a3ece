/**
 * The process ({@link dev.gyre.Main}, {@link dev.gyre.Launcher}) and the node that it runs
 * ({@link dev.gyre.MainVerticle}), wired by hand. The other packages know nothing of this one.
 */
package dev.gyre;
