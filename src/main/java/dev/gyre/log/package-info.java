/** Watches records on their way to the log: exhausted memory, and floods of libraries' lines. */
package dev.gyre.log;
