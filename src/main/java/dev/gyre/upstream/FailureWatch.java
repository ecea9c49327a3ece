package dev.gyre.upstream;

import dev.gyre.model.FailureStreak;

/**
 * Hears of every failure of a backend in the moment it happens. It is called on event loops, in the middle of
 * ending a request: what follows from it is to be done later, on another thread or in another task.
 */
@FunctionalInterface
public interface FailureWatch {

    void failed(FailureStreak streak);
}
