/**
 * How many requests of a service may be in flight, and which priority is refused first at that limit. Knows
 * nothing else of requests; times are passed in.
 */
package dev.gyre.exchange.overload;
