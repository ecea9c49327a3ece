/**
 * One event loop: its clock of deadlines, the memory that it holds for clients, how it opens
 * connections. Everything that a request touches lives on one {@link dev.gyre.loop.Loop}.
 */
package dev.gyre.loop;
