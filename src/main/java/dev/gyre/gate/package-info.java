/** Which messages are taken, from clients and from backends: one {@link dev.gyre.gate.Rule} for each form. */
package dev.gyre.gate;
