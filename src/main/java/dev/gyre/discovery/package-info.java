/** Backends that announce themselves: renewals, expiry, and what follows. */
package dev.gyre.discovery;
