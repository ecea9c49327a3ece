package dev.gyre.upstream;

import dev.gyre.model.FailureStreak;

/**
 * Is called for every failure of a backend at the moment it happens, on an event loop, while a request ends:
 * work that follows from it must be done later, in another task or on another thread.
 */
@FunctionalInterface
public interface FailureWatch {

    void failed(FailureStreak streak);
}
