/** What differs between two topologies, in words and as JSON. */
package dev.gyre.diff;
