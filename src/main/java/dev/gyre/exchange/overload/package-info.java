/**
 * How many requests of a service may be in flight, and who is refused first when there are as many. Knows no
 * requests; times are passed in.
 */
package dev.gyre.exchange.overload;
