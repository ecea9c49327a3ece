/**
 * Takes connections, and carries their requests and answers as HTTP/1: admission before the first byte,
 * requests in their turn, the bytes of answers, limits on clients, memory, slow readers, and what is refused
 * without an exchange.
 */
package dev.gyre.listener;
