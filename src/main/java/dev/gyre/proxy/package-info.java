/**
 * The data path: take a request, forward it, answer. {@link dev.gyre.proxy.RequestWalk} is the walk of one
 * request; everything it touches lives on one event loop.
 */
package dev.gyre.proxy;
