/** Which backend comes next: pure selection, a selector for each event loop; time and dice come in. */
package dev.gyre.balancing;
