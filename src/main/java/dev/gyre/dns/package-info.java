/**
 * The addresses of backends' names: looked up by their time to live, each address is a backend of its own.
 */
package dev.gyre.dns;
