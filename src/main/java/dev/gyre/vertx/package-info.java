/**
 * What exists only because of how Vert.x, Netty or the JVM behave. Each class says what that is, in which
 * version it was seen, and when the class can be deleted. It knows nothing else of this node.
 */
package dev.gyre.vertx;
