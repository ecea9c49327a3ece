/**
 * Who waits before a backend is chosen, and when he goes: while a service is held, or has no backend. Knows
 * no requests; times are passed in.
 */
package dev.gyre.upstream.hold;
