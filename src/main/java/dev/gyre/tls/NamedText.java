package dev.gyre.tls;

/**
 * What a file says.
 *
 * @param name of the file, for errors
 */
public record NamedText(String name, String text) {
}
