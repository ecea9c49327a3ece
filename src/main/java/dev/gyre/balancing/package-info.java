/** Which backend comes next: pure selection over a list of weights, one selector per event loop. */
package dev.gyre.balancing;
