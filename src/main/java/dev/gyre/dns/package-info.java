/**
 * What the names of backends stand for: looked up by their time to live, each address a backend of its own.
 */
package dev.gyre.dns;
