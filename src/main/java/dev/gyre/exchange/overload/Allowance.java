package dev.gyre.exchange.overload;

import dev.gyre.model.Priority;

/**
 * How many may be in flight for one more request of a priority to be admitted.
 *
 * @param limit    of all
 * @param critical the same, or lower for a moment; of critical requests
 * @param others   the same, or lower for a moment; of all others
 * @param highest  that a route to the service has: it may take all of the limit, for nothing need be kept
 *                 free for others
 */
record Allowance(int limit, int critical, int others, Priority highest) {

    static Allowance of(int limit, Priority highest) {
        return new Allowance(limit, limit, limit, highest);
    }

    int of(Priority priority) {
        if (priority == Priority.CRITICAL) {
            return critical;
        }
        return priority == highest ? others : (int) Math.max(1, (long) others * priority.share() / 100);
    }
}
