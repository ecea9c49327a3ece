/** Backends that announce themselves: who has renewed when, whose time has run out, and what follows. */
package dev.gyre.discovery;
