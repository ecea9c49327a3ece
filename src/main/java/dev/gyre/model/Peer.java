package dev.gyre.model;

/**
 * Who is at the other end of a client's connection.
 *
 * @param address in text, without port; an IPv6 address without brackets
 * @param trusted forwarding headers from there are believed
 */
public record Peer(String address, boolean trusted) {
}
