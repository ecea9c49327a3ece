/**
 * What an exchange becomes when a backend has switched to another protocol by a 101: two connections, a
 * client's
 * and a backend's, that have given up HTTP, and the {@link dev.gyre.tunnel.Splice} that passes bytes from the
 * one to the other.
 */
package dev.gyre.tunnel;
