/**
 * Lines in which requests wait before a backend is chosen, while their service is held or has no backend.
 * Knows nothing else of requests; times are passed in.
 */
package dev.gyre.upstream.hold;
