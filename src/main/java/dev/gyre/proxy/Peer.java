package dev.gyre.proxy;

/**
 * Who is at the other end of a client's connection.
 *
 * @param address in text, without port; an IPv6 address without brackets
 * @param trusted forwarding headers from there are believed
 */
record Peer(String address, boolean trusted) {
}
