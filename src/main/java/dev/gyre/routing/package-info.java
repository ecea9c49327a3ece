/** Which service a request goes to: an immutable table built from the topology's routes. */
package dev.gyre.routing;
