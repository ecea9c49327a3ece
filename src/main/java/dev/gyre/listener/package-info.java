/**
 * Takes connections and watches over clients, before a request begins and between requests: admission before
 * the first byte, limits, memory, slow readers, and what is refused without an exchange.
 */
package dev.gyre.listener;
